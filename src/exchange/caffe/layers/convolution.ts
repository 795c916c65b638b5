/** Convolution, Deconvolution and InnerProduct, with their filters turned into our layout. */

import type { WordParts } from '../../../layers/types.ts'
import type { WeightSource } from '../../../model/weightSource.ts'
import { copy, fillSwapped, fillTurned, type LayerArray } from '../arrays.ts'
import { refuse } from '../refuse.ts'
import { axisOf, expectChannelAxis, mapTensor, volumeOf } from '../tensor.ts'
import { type Converter, kernelNames, padNames, pairOf, strideNames, type Use } from './converter.ts'

interface Filters {
  readonly count: number
  readonly groups: number
  readonly kernel: readonly [number, number]
  readonly bias: boolean
  readonly parts: WordParts
}

/** @param groups instead of the field: those of a depthwise convolution */
function filtersOf({ parameters, input }: Use, groups = parameters.whole('group', 1)): Filters {
  expectChannelAxis(parameters.whole('axis', 1), input)
  if (input.shape.length !== 4) refuse(`a blob of ${input.shape.length} axes (expected 4)`)
  const count = parameters.whole('num_output', 0)
  const kernel = pairOf(parameters, kernelNames, 0)
  const bias = parameters.flag('bias_term', true)
  const [rows, columns] = pairOf(parameters, padNames, 0)
  const options = {
    s: pairOf(parameters, strideNames, 1),
    p: [rows, columns, rows, columns],
    d: pairOf(parameters, { both: 'dilation' }, 1),
    g: [groups],
  }
  return { count, groups, kernel, bias, parts: { size: kernel, count, options, flags: bias ? [] : ['nobias'] } }
}

function convolution(groupsOf?: (use: Use) => number): Converter {
  return {
    parameters: 'convolution_param',
    convert(use) {
      const channels = use.input.wire.volume.channels
      const { count, groups, kernel, bias, parts } = filtersOf(use, groupsOf?.(use))
      const depth = channels / groups
      const arrays = use.arrays.take(use.layer.name, [[count, depth, ...kernel], ...(bias ? [[count]] : [])])
      const weights = turned(arrays, [...kernel, depth, count])
      return [mapTensor(use.add({ word: 'CONV', parts, weights }), use.input)]
    },
  }
}

export const convolutions: Readonly<Record<string, Converter>> = {
  Convolution: convolution(),
  // Of variants of Caffe, for MobileNet.
  ConvolutionDepthwise: convolution(({ input }) => input.wire.volume.channels),
  DepthwiseConvolution: convolution(({ input }) => input.wire.volume.channels),
  Deconvolution: {
    parameters: 'convolution_param',
    convert(use) {
      const channels = use.input.wire.volume.channels
      const { count, groups, kernel, bias, parts } = filtersOf(use)
      const depth = count / groups
      const arrays = use.arrays.take(use.layer.name, [[channels, depth, ...kernel], ...(bias ? [[count]] : [])])
      const weights = turned(arrays, [...kernel, depth, channels])
      return [mapTensor(use.add({ word: 'TCONV', parts, weights }), use.input)]
    },
  },
  InnerProduct: {
    parameters: 'inner_product_param',
    convert(use) {
      const { input, parameters, layer } = use
      const axis = axisOf(parameters.whole('axis', 1), input)
      // With axes of one value before it the axis makes no difference.
      if (axis === 0 || input.shape.slice(1, axis).some((length) => length !== 1))
        refuse(`axis ${axis} (only axis 1: a fully connected layer sees the whole image)`)
      const count = parameters.whole('num_output', 0)
      const bias = parameters.flag('bias_term', true)
      const { height, width, channels } = volumeOf(input.shape)
      const size = height * width * channels
      const swapped = parameters.flag('transpose', false)
      const arrays = use.arrays.take(layer.name, [swapped ? [size, count] : [count, size], ...(bias ? [[count]] : [])])
      const fill = (swapped ? fillSwapped : fillTurned)(count, channels, height * width)
      const weights = weightsOf(arrays, [height, width, channels, count], fill)
      const wire = use.add({ word: 'FC', parts: { count, flags: bias ? [] : ['nobias'] }, weights })
      return [{ wire, shape: [...input.shape.slice(0, axis), count] }]
    },
  },
}

/** @param shape of our filters: [F, F, depth, outer] for [outer, depth, F, F] of theirs */
function turned(arrays: readonly LayerArray[], shape: readonly number[]): Record<string, WeightSource> {
  const [rows = 1, columns = 1, depth = 1, outer = 1] = shape
  return weightsOf(arrays, shape, fillTurned(outer, depth, rows * columns))
}

function weightsOf(
  [filters, bias]: readonly LayerArray[],
  shape: readonly number[],
  fill: ReturnType<typeof fillTurned>,
): Record<string, WeightSource> {
  return {
    ...(filters && { filters: filters.source(shape, fill) }),
    ...(bias && { bias: bias.source(bias.shape, copy) }),
  }
}
