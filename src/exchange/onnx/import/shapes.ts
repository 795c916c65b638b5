/** ONNX's conventions for axes, pads and shapes. */

import type { Context } from './context.ts'
import { Obstacle } from './context.ts'
import { Batches, type Entry, lengthOf, type Value } from './values.ts'

/** The most values that an axis is resized or repeated to. */
export const longestAxis = 1 << 20

/** Axes from 0; negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (Number.isInteger(positive) && positive >= 0 && positive < rank) return positive
  throw new Obstacle(`axis ${axis} of ${rank} dimensions`)
}

export function shapeOf(value: Value): readonly Entry[] {
  return value.kind === 'constant' ? value.shape : value.dimensions.map(lengthOf)
}

export function rankOf(value: Value): number {
  return value.kind === 'constant' ? value.shape.length : value.dimensions.length
}

export interface Window {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  /** Top, left, bottom, right. Negative values cut off. */
  readonly padding: readonly [number, number, number, number]
  /** 3 for [N, C, W], which is a map of one row. */
  readonly rank: number
}

/** The window of a convolution or a pooling; of one with one axis as a window of one row. */
export function windowOf(context: Context, kernel: readonly number[], input: readonly [number, number]): Window {
  const axes = kernel.length
  if (axes !== 1 && axes !== 2) throw new Obstacle(`a window of ${axes} dimensions; a network has maps, with two`)
  const pair = (values: readonly number[] | undefined, usual: number): readonly [number, number] => {
    const all = values ?? kernel.map(() => usual)
    if (all.length !== axes) throw new Obstacle(`${all.length} numbers for a window of ${axes} dimensions`)
    return axes === 1 ? [usual, all[0] as number] : [all[0] as number, all[1] as number]
  }
  const [rows, columns] = pair(kernel, 1)
  const window = {
    kernel: [rows, columns],
    stride: pair(context.ints('strides'), 1),
    dilation: pair(context.ints('dilations'), 1),
    rank: axes + 2,
  } as const
  return { ...window, padding: paddingOf(context, window, axes, input) }
}

function paddingOf(
  context: Context,
  { kernel, stride, dilation }: Omit<Window, 'padding'>,
  axes: number,
  input: readonly [number, number],
): Window['padding'] {
  const auto = context.text('auto_pad', 'NOTSET')
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const sides = ([0, 1] as const).map((axis) => {
      const reach = dilation[axis] * (kernel[axis] - 1) + 1
      const total = Math.max((Math.ceil(input[axis] / stride[axis]) - 1) * stride[axis] + reach - input[axis], 0)
      const less = Math.floor(total / 2)
      return auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less]
    }) as [[number, number], [number, number]]
    return [sides[0][0], sides[1][0], sides[0][1], sides[1][1]]
  }
  if (auto === 'VALID') return [0, 0, 0, 0]
  if (auto !== 'NOTSET') throw new Obstacle(`auto_pad ${auto}`)
  const pads = context.ints('pads') ?? Array.from({ length: 2 * axes }, () => 0)
  if (pads.length !== 2 * axes) throw new Obstacle(`${pads.length} pads for a window of ${axes} dimensions`)
  const [a = 0, b = 0, c = 0, d = 0] = pads
  return axes === 1 ? [0, a, 0, b] : [a, b, c, d]
}

/** `kernel`, `stride`... as the parts of a word. */
export function windowParts({ kernel, stride, dilation, padding }: Window) {
  return { size: [...kernel], options: { s: [...stride], p: [...padding], d: [...dilation] } }
}

export function numberOf(entry: Entry | undefined, what: string): number {
  if (typeof entry === 'number') return entry
  throw new Obstacle(entry instanceof Batches ? `${what} depends on the batch size` : `${what} is not known`)
}
