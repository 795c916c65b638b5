/** Layers with a window: convolutions and pooling. All kernels have the layout of our filters, or are views of it. */

import type { WordParts } from '../../layers/types.ts'
import type { Wire } from '../networkBuilder.ts'
import { activated } from './activations.ts'
import { Obstacle, type Settings } from './settings.ts'
import { after, type LayerReading, mapOf, type Tensor, withShape } from './tensor.ts'
import { type KerasArray, reshaped } from './weights.ts'

type Pair = readonly [number, number]

/** TensorFlow's rule: ⌈in/stride⌉ outputs, and of an odd padding the larger half at the end. */
function paddingOf(settings: Settings, { volume }: Wire, size: Pair, stride: Pair, dilation: Pair): readonly number[] {
  const kind = settings.text('valid', 'padding', 'border_mode')
  if (kind === 'valid') return [0, 0, 0, 0]
  if (kind !== 'same') throw new Obstacle(`its padding is ${kind}`)
  const [vertical, horizontal] = [volume.height, volume.width].map((side, axis) => {
    const [step, reach] = [stride[axis as 0 | 1], dilation[axis as 0 | 1] * (size[axis as 0 | 1] - 1) + 1]
    const total = Math.max((Math.ceil(side / step) - 1) * step + reach - side, 0)
    return [Math.floor(total / 2), Math.ceil(total / 2)] as const
  }) as [Pair, Pair]
  return [vertical[0], horizontal[0], vertical[1], horizontal[1]]
}

interface Window {
  readonly size: Pair
  readonly parts: WordParts
}

function windowOf(settings: Settings, wire: Wire, size: Pair, stride: Pair): Window {
  const dilation = settings.pair(1, 'dilation_rate')
  const padding = paddingOf(settings, wire, size, stride, dilation)
  return { size, parts: { size, options: { s: stride, d: dilation, p: padding } } }
}

/** Adds a convolution. `filters` are its weights; a bias follows them if there is one. */
function addConvolution(
  wire: Wire,
  { builder }: LayerReading,
  name: string,
  window: WordParts,
  count: number,
  groups: number,
  filters: ReturnType<typeof reshaped>,
  bias: KerasArray | undefined,
): Wire {
  return after(builder, wire, {
    word: 'CONV',
    parts: {
      ...window,
      count,
      options: { ...window.options, g: [groups] },
      flags: bias === undefined ? ['nobias'] : [],
    },
    weights: { filters, ...(bias === undefined ? {} : { bias }) },
    name,
  })
}

function finish(reading: LayerReading, wire: Wire): Tensor {
  return activated(reading, withShape(wire, 3, reading.order))
}

const biasOf = (settings: Settings) => (settings.flag(true, 'use_bias', 'bias') ? ['bias'] : [])

export function conv2d(reading: LayerReading): Tensor {
  const { settings, name } = reading
  const { wire } = mapOf(reading)
  const window = windowOf(settings, wire, settings.pair(0, 'kernel_size'), settings.pair(1, 'strides'))
  const [kernel, bias] = reading.arrays('kernel', ...biasOf(settings)) as readonly [KerasArray, KerasArray?]
  const [count, groups] = [settings.number(0, 'filters'), settings.number(1, 'groups')]
  return finish(reading, addConvolution(wire, reading, name, window.parts, count, groups, kernel, bias))
}

/** Filters [h, w, c, m]; output channel c·m + k is filter k of channel c, so they are our [h, w, 1, c·m] as they stand. */
function depthwise(
  reading: LayerReading,
  wire: Wire,
  kernel: KerasArray,
  bias: KerasArray | undefined,
  name: string,
): Wire {
  const { settings } = reading
  const window = windowOf(settings, wire, settings.pair(0, 'kernel_size'), settings.pair(1, 'strides'))
  const { channels } = wire.volume
  const count = channels * settings.number(1, 'depth_multiplier')
  expectShape(kernel, [...window.size, channels, count / channels])
  const filters = reshaped(kernel, [...window.size, 1, count])
  return addConvolution(wire, reading, name, window.parts, count, channels, filters, bias)
}

export function depthwiseConv2d(reading: LayerReading): Tensor {
  const { wire } = mapOf(reading)
  const names = ['depthwise_kernel|kernel', ...biasOf(reading.settings)]
  const [kernel, bias] = reading.arrays(...names) as readonly [KerasArray, KerasArray?]
  return finish(reading, depthwise(reading, wire, kernel, bias, reading.name))
}

export function separableConv2d(reading: LayerReading): Tensor {
  const { settings, name } = reading
  const { wire } = mapOf(reading)
  const names = ['depthwise_kernel', 'pointwise_kernel', ...biasOf(settings)]
  const [kernel, pointwise, bias] = reading.arrays(...names) as readonly [KerasArray, KerasArray, KerasArray?]
  const mid = depthwise(reading, wire, kernel, undefined, `${name}.depthwise`)
  return finish(
    reading,
    addConvolution(mid, reading, name, { size: [1] }, settings.number(0, 'filters'), 1, pointwise, bias),
  )
}

/** Kernels are [h, w, out, in], as ours. The output has in·stride rows, or with "valid" what the window reaches. */
export function conv2dTranspose(reading: LayerReading): Tensor {
  const { settings, name, builder } = reading
  const { wire } = mapOf(reading)
  const [size, stride] = [settings.pair(0, 'kernel_size'), settings.pair(1, 'strides')]
  const dilation = settings.pair(1, 'dilation_rate')
  const extra = settings.get('output_padding') === undefined ? undefined : settings.pair(0, 'output_padding')
  const kind = settings.text('valid', 'padding')
  if (kind !== 'valid' && kind !== 'same') throw new Obstacle(`its padding is ${kind}`)
  const sides = [wire.volume.height, wire.volume.width].map((side, axis) => {
    const at = axis as 0 | 1
    const reach = dilation[at] * (size[at] - 1) + 1
    const usual = kind === 'same' ? side * stride[at] : side * stride[at] + Math.max(reach - stride[at], 0)
    const cut = kind === 'same' ? 2 * Math.floor(reach / 2) : 0
    const output = extra === undefined ? usual : (side - 1) * stride[at] + reach - cut + extra[at]
    // Negative where the output is larger than the window reaches.
    const total = (side - 1) * stride[at] + reach - output
    return {
      begin: Math.max(Math.floor(total / 2), 0),
      end: Math.max(Math.ceil(total / 2), 0),
      more: Math.max(-total, 0),
    }
  })
  const [rows, columns] = sides as [(typeof sides)[0], (typeof sides)[0]]
  const [kernel, bias] = reading.arrays('kernel', ...biasOf(settings)) as readonly [KerasArray, KerasArray?]
  const padding = [rows.begin, columns.begin, rows.end, columns.end]
  const step = after(builder, wire, {
    word: 'TCONV',
    parts: {
      size,
      count: settings.number(0, 'filters'),
      options: { s: stride, d: dilation, p: padding, o: [rows.more, columns.more], g: [settings.number(1, 'groups')] },
      flags: bias === undefined ? ['nobias'] : [],
    },
    weights: { filters: kernel, ...(bias === undefined ? {} : { bias }) },
    name,
  })
  return finish(reading, step)
}

/** Averages count only what is in the map, as ours do. */
export function pooling(word: 'POOL' | 'AVGPOOL') {
  return (reading: LayerReading): Tensor => {
    const { settings, builder, name, order } = reading
    const { wire } = mapOf(reading)
    const size = settings.pair(2, 'pool_size')
    const stride = settings.get('strides') === undefined ? size : settings.pair(1, 'strides')
    const { parts } = windowOf(settings, wire, size, stride)
    return withShape(after(builder, wire, { word, parts, name }), 3, order)
  }
}

export function globalPooling(word: 'GAP' | 'GMP') {
  return (reading: LayerReading): Tensor => {
    const { settings, builder, name, order } = reading
    const wire = after(builder, mapOf(reading).wire, { word, name })
    return withShape(wire, settings.flag(false, 'keepdims') ? 3 : 1, order)
  }
}

function expectShape({ shape }: KerasArray, expected: readonly number[]): void {
  if (shape.length === expected.length && shape.every((side, axis) => side === expected[axis])) return
  throw new Obstacle(`its kernel has the shape ${shape.join('×')}, expected ${expected.join('×')}`)
}
