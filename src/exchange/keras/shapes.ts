/** Layers that change the shape, join branches, or do nothing when the model predicts. */

import { sizeOf } from '../../core/shapes.ts'
import type { OpenSizes } from '../types.ts'
import { activated } from './activations.ts'
import { isObject, Obstacle, type Settings, shown } from './settings.ts'
import { after, channelAxis, inputOf, type LayerReading, mapOf, type Tensor, withShape } from './tensor.ts'
import { type KerasArray, reshaped } from './weights.ts'

/** Of all values, or on the last axis of maps: a convolution of 1×1. */
export function dense(reading: LayerReading): Tensor {
  const { settings, builder, name, order } = reading
  const { wire, shape } = inputOf(reading)
  if (shape.length === 3 && order === 'chw') throw new Obstacle('it is applied to the columns of a map')
  const biased = settings.flag(true, 'use_bias', 'bias')
  const [kernel, bias] = reading.arrays('kernel', ...(biased ? ['bias'] : [])) as readonly [KerasArray, KerasArray?]
  const count = settings.number(0, 'units', 'output_dim')
  const { channels } = wire.volume
  if (kernel.shape.length !== 2 || kernel.shape[0] !== channels)
    throw new Obstacle(`its kernel has the shape ${kernel.shape.join('×')}, expected ${channels}×${count}`)
  const flags = bias === undefined ? ['nobias'] : []
  const weights = {
    filters: reshaped(kernel, [1, 1, ...kernel.shape]),
    ...(bias === undefined ? {} : { bias }),
  }
  const parts = shape.length === 1 ? { count, flags } : { size: [1], count, flags }
  const step = { word: shape.length === 1 ? 'FC' : 'CONV', parts, weights, name }
  return activated(reading, withShape(after(builder, wire, step), shape.length, order))
}

/** Where channels come first, Keras's Flatten still takes them last if it is told that they are first. */
export function flatten(reading: LayerReading): Tensor {
  const { settings, builder, name, order } = reading
  const tensor = inputOf(reading)
  if (tensor.shape.length === 1) return tensor
  const kept = order === 'chw' && tensor.shape.length === 3 && settings.get('data_format') !== 'channels_first'
  const parts = { flags: kept ? ['chw'] : [] }
  return withShape(after(builder, tensor.wire, { word: 'FLATTEN', parts, name }), 1, order)
}

export function reshape(reading: LayerReading): Tensor {
  const { settings, builder, name, order } = reading
  const { wire, shape } = inputOf(reading)
  const to = targetShape(settings.get('target_shape'), sizeOf(shape))
  const [a = 1, b = 1, c = 1] = to
  const isFirst = order === 'chw'
  const volume = ([[1, 1, a], [1, a, b], isFirst ? [b, c, a] : [a, b, c]] as const)[to.length - 1]
  if (volume === undefined) throw new Obstacle(`its target_shape is ${shown(to)}`)
  if (isFirst && (shape.length === 2 || to.length === 2)) throw new Obstacle('it makes or takes a list of vectors')
  const parts = { volume: volume as [number, number, number], flags: isFirst ? ['chw'] : [] }
  return withShape(after(builder, wire, { word: 'RESHAPE', parts, name }), to.length, order)
}

/** One side may be −1: what is left. */
function targetShape(value: unknown, size: number): readonly number[] {
  const isSide = (side: unknown) => Number.isInteger(side) && ((side as number) > 0 || side === -1)
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    !value.every(isSide) ||
    value.filter((side) => side === -1).length > 1
  )
    throw new Obstacle(`its target_shape is ${shown(value)}`)
  const known = value.reduce<number>((product, side) => (side === -1 ? product : product * side), 1)
  return value.map((side) => (side === -1 ? size / known : side))
}

export function permute(reading: LayerReading): Tensor {
  const dims = reading.settings.get('dims')
  const tensor = inputOf(reading)
  if (Array.isArray(dims) && dims.length === tensor.shape.length && dims.every((dim, at) => dim === at + 1))
    return tensor
  throw new Obstacle(`it changes the order of the axes to ${shown(dims)}`)
}

export function zeroPadding2d(reading: LayerReading): Tensor {
  const parts = { options: { p: reading.settings.sides(1, 'padding') } }
  const wire = after(reading.builder, mapOf(reading).wire, { word: 'PAD', parts, name: reading.name })
  return withShape(wire, 3, reading.order)
}

export function cropping2d(reading: LayerReading): Tensor {
  const parts = { options: { p: reading.settings.sides(0, 'cropping') } }
  const wire = after(reading.builder, mapOf(reading).wire, { word: 'CROP', parts, name: reading.name })
  return withShape(wire, 3, reading.order)
}

export function upSampling2d(reading: LayerReading): Tensor {
  const { settings, builder, name, order } = reading
  const parts = { size: settings.pair(2, 'size'), flags: interpolation(settings, 'nearest') }
  return withShape(after(builder, mapOf(reading).wire, { word: 'UPSAMPLE', parts, name }), 3, order)
}

export function resizing(reading: LayerReading): Tensor {
  const { settings, builder, name, order } = reading
  const { wire } = mapOf(reading)
  const to = [settings.number(0, 'height'), settings.number(0, 'width')] as const
  const flags = interpolation(settings, 'bilinear')
  const { height, width } = wire.volume
  if (
    settings.flag(false, 'crop_to_aspect_ratio') ||
    settings.flag(false, 'pad_to_aspect_ratio') ||
    settings.flag(false, 'antialias')
  )
    throw new Obstacle('it crops, pads or smooths')
  if (flags.length === 0 && (to[0] % height !== 0 || to[1] % width !== 0))
    throw new Obstacle('it takes the nearest values by a factor that is not whole')
  const larger = after(builder, wire, { word: 'UPSAMPLE', parts: { options: { to }, flags }, name })
  return reading.resized(inputOf(reading), withShape(larger, 3, order))
}

function interpolation(settings: Settings, usual: string): readonly string[] {
  const kind = settings.text(usual, 'interpolation')
  if (kind === 'nearest') return []
  if (kind === 'bilinear') return ['bilinear']
  throw new Obstacle(`its interpolation is ${kind}`)
}

export function dropout(reading: LayerReading): Tensor {
  const tensor = inputOf(reading)
  const parts = { number: reading.settings.number(0.5, 'rate', 'p') }
  return { ...tensor, wire: after(reading.builder, tensor.wire, { word: 'DROPOUT', parts, name: reading.name }) }
}

/** A layer that only training knows. */
export function passed(reading: LayerReading): Tensor {
  reading.note(`${reading.name} is left out: it does nothing when the model predicts`)
  return inputOf(reading)
}

export function add(reading: LayerReading): Tensor {
  return joined(reading, 'ADD', reading.inputs)
}

/** a − b */
export function subtract(reading: LayerReading): Tensor {
  const [a, b] = reading.inputs
  if (a === undefined || b === undefined || reading.inputs.length !== 2) throw new Obstacle('it must have two inputs')
  const negative = after(reading.builder, b.wire, { word: 'SCALE', parts: { number: -1 } })
  return joined(reading, 'ADD', [a, { ...b, wire: negative }])
}

export function average(reading: LayerReading): Tensor {
  const sum = joined({ ...reading, name: '' }, 'ADD', reading.inputs)
  const parts = { number: 1 / reading.inputs.length }
  return { ...sum, wire: after(reading.builder, sum.wire, { word: 'SCALE', parts, name: reading.name }) }
}

export function multiply(reading: LayerReading): Tensor {
  return joined(reading, 'MULTIPLY', reading.inputs)
}

export function concatenate(reading: LayerReading): Tensor {
  const [first] = reading.inputs
  if (first === undefined) throw new Obstacle('it has no inputs')
  const [axis] = reading.settings.axes(-1, 'axis', first.shape.length)
  if (axis !== channelAxis(first, reading.order)) throw new Obstacle('it joins rows or columns instead of channels')
  return joined(reading, 'CONCAT', reading.inputs)
}

function joined({ builder, name, order }: LayerReading, word: string, inputs: readonly Tensor[]): Tensor {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length))
  const [only] = inputs
  if (only !== undefined && inputs.length === 1) return only
  if (inputs.length < 2) throw new Obstacle('it has no inputs')
  return withShape(builder.add({ word, inputs: inputs.map(({ wire }) => wire), name }), rank, order)
}

/** The shape of an input, without the batch. */
export function inputShape(settings: Settings, order: 'hwc' | 'chw', size: OpenSizes['size']): readonly number[] {
  const value = settings.get('batch_shape', 'batch_input_shape')
  const shape = isObject(value) ? undefined : value
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 4)
    throw new Obstacle(`its shape is ${shown(value)}, expected the batch, a height, a width and channels`)
  const { height, width, channels } = size ?? {}
  const given = order === 'hwc' ? [height, width, channels] : [channels, height, width]
  const isOpen = shape.length === 4 && shape.slice(1).includes(null)
  const sides = shape.slice(1).map((side, axis) => (isOpen && side === null ? given[axis] : side))
  if (sides.every((side) => Number.isInteger(side) && side >= 1 && side <= 65536)) return sides
  throw new Obstacle(
    `its shape is ${shown(value)}: every side must be fixed: say the size of the image (--size 224), or build the model with input_shape=(224, 224, 3)`,
  )
}
