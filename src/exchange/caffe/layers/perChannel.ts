/**
 * Layers with numbers for each channel: BatchNorm, Scale, Bias, PReLU, and Power, which has the same numbers for all. Caffe
 * writes batch normalization as BatchNorm, without scale and shift, and a Scale behind it: together they are one BN.
 */

import type { WeightSource } from '../../../model/weightSource.ts'
import { copy, type LayerArray, type Read } from '../arrays.ts'
import type { Message } from '../message.ts'
import { refuse } from '../refuse.ts'
import { axisOf, expectChannelAxis, likeTensor, type Tensor } from '../tensor.ts'
import type { WiredLayer } from '../wiring.ts'
import type { Converter, Use } from './converter.ts'

/** One number for every channel. */
const spread = (read: Read, into: Float32Array): void => {
  into.fill(read(0))
}

/** A source of the same number for each channel. */
const constant = (value: number, channels: number): WeightSource => ({
  shape: [channels],
  fill: (into) => {
    into.fill(value)
  },
})

/** y = scale·x + bias for each channel: a convolution of 1×1 in which each channel is a group. */
function affine(use: Use, scale: WeightSource, bias: WeightSource): Tensor {
  const { channels } = use.input.wire.volume
  const filters = { ...scale, shape: [1, 1, 1, channels] }
  const parts = { size: [1], count: channels, options: { g: [channels] } }
  return likeTensor(use.add({ word: 'CONV', parts, weights: { filters, bias } }), use.input)
}

/** The shape of the numbers of Scale and Bias: one for each channel, or one for all. */
function numbersShape(parameters: Message, input: Tensor): readonly number[] {
  const axes = parameters.whole('num_axes', 1)
  if (axes === 0) return []
  const axis = axisOf(parameters.whole('axis', 1), input)
  const covered = input.shape.slice(axis, axes === -1 ? undefined : axis + axes)
  // Further axes of a single value make no difference.
  if (axis !== 1 || covered.slice(1).some((length) => length !== 1))
    refuse(`numbers for axes ${axis} to ${axis + covered.length - 1} (only for axis 1, the channels)`)
  return [input.wire.volume.channels]
}

function source(array: LayerArray | undefined, channels: number): WeightSource | undefined {
  return array?.source([channels], array.shape.length === 0 ? spread : copy)
}

/** The Scale right behind a BatchNorm, if it has a number for each channel. */
function scaleBehind({ follower, input }: Use): WiredLayer | undefined {
  if (follower?.type !== 'Scale' || follower.bottoms.length !== 1) return undefined
  const parameters = follower.message.parameters('scale_param')
  if (parameters.whole('num_axes', 1) !== 1) return undefined
  return axisOf(parameters.whole('axis', 1), input) === 1 ? follower : undefined
}

/** Caffe stores sums of the statistics, and the number by which they are to be divided; 0 before any training. */
function dividedBy(array: LayerArray, factor: LayerArray, channels: number): WeightSource {
  return array.source([channels], (read, into) => {
    const divisor = new Float32Array(1)
    factor.source([1], copy).fill(divisor)
    const scale = divisor[0] === 0 ? 0 : 1 / (divisor[0] as number)
    for (let i = 0; i < channels; i++) into[i] = read(i) * scale
  })
}

export const perChannel: Readonly<Record<string, Converter>> = {
  BatchNorm: {
    parameters: 'batch_norm_param',
    convert(use) {
      const { input, parameters, arrays, layer } = use
      if (!parameters.flag('use_global_stats', true)) refuse('use_global_stats: false, the statistics of each batch')
      const { channels } = input.wire.volume
      const [mean, variance, factor] = arrays.take(layer.name, [[channels], [channels], [1]]) as [
        LayerArray,
        LayerArray,
        LayerArray,
      ]
      const scaling = scaleBehind(use)
      const shifts = scaling?.message.parameters('scale_param').flag('bias_term', false) === true
      const [scale, shift] =
        scaling === undefined ? [] : arrays.take(scaling.name, [[channels], ...(shifts ? [[channels]] : [])])
      if (scaling !== undefined) use.absorb(scaling)
      const momentum = Number((1 - parameters.real('moving_average_fraction', 0.999)).toPrecision(6))
      const parts = {
        values: { eps: parameters.real('eps', 1e-5), momentum },
        flags: [...(scale === undefined ? ['noscale'] : []), ...(shift === undefined ? ['noshift'] : [])],
      }
      const weights = {
        mean: dividedBy(mean, factor, channels),
        variance: dividedBy(variance, factor, channels),
        ...(scale && { scale: scale.source([channels], copy) }),
        ...(shift && { shift: shift.source([channels], copy) }),
      }
      return [likeTensor(use.add({ word: 'BN', parts, weights }), input)]
    },
  },
  Scale: {
    parameters: 'scale_param',
    bottoms: { min: 1, max: 2 },
    convert(use) {
      const { input, inputs, parameters, arrays, layer } = use
      const [, factors] = inputs
      if (factors !== undefined) return [product(use, factors)]
      const { channels } = input.wire.volume
      const shape = numbersShape(parameters, input)
      const biased = parameters.flag('bias_term', false)
      const [scale, bias] = arrays.take(layer.name, biased ? [shape, shape] : [shape])
      const [factor, shift] = [source(scale, channels) as WeightSource, source(bias, channels)]
      if (shift !== undefined) return [affine(use, factor, shift)]
      const parts = { number: 1, flags: ['learned'] }
      return [likeTensor(use.add({ word: 'SCALE', parts, weights: { scale: factor } }), input)]
    },
  },
  Bias: {
    parameters: 'bias_param',
    convert(use) {
      const { input, parameters, arrays, layer } = use
      const { channels } = input.wire.volume
      const [bias] = arrays.take(layer.name, [numbersShape(parameters, input)])
      return [affine(use, constant(1, channels), source(bias, channels) as WeightSource)]
    },
  },
  PReLU: {
    parameters: 'prelu_param',
    convert(use) {
      const { input, parameters, arrays, layer } = use
      expectChannelAxis(1, input)
      const shared = parameters.flag('channel_shared', false)
      const shape = [shared ? 1 : input.wire.volume.channels]
      const [slope] = arrays.take(layer.name, [shape]) as [LayerArray]
      const parts = { flags: shared ? ['shared'] : [] }
      return [likeTensor(use.add({ word: 'PRELU', parts, weights: { slope: slope.source(shape, copy) } }), input)]
    },
  },
  Power: {
    parameters: 'power_param',
    convert(use) {
      const { input, parameters } = use
      const power = parameters.real('power', 1)
      if (power !== 1) refuse(`a power of ${power} (only 1)`)
      const [scale, shift] = [parameters.real('scale', 1), parameters.real('shift', 0)]
      const { channels } = input.wire.volume
      if (shift !== 0) return [affine(use, constant(scale, channels), constant(shift, channels))]
      return [likeTensor(use.add({ word: 'SCALE', parts: { number: scale } }), input)]
    },
  },
}

/** Two bottoms: the second one has a factor for each channel of each image, as in squeeze-and-excitation. */
function product(use: Use, factors: Tensor): Tensor {
  const { input, parameters } = use
  const axis = axisOf(parameters.whole('axis', 1), input)
  const [channels, ...others] = factors.shape.slice(1)
  const isSame = others.every((length, i) => length === input.shape[i + 2])
  const fits = isSame || others.every((length) => length === 1)
  if (axis !== 0 || channels !== input.shape[1] || !fits)
    refuse('a second bottom that does not have one factor for each channel')
  return likeTensor(use.add({ word: 'MULTIPLY', inputs: [input.wire, factors.wire] }), input)
}
