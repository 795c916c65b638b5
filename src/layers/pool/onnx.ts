/**
 * POOL, AVGPOOL and L2POOL as ONNX: MaxPool, AveragePool and LpPool, as far as these can say the window. Runtimes disagree
 * about ceil_mode for averages, and before opset 19 only MaxPool has dilations: the sums of such windows are written as a
 * convolution with filters of ones.
 */

import { type OnnxForm, type OnnxWriting, windowAttributes } from '../onnx.ts'
import type { PoolAttributes } from './layer.ts'

type Writing = OnnxWriting<PoolAttributes>

export const maxPoolForm: OnnxForm<PoolAttributes> = ({ attributes, x, map, node, ints, number }) => {
  const { ceil, padding, kernel } = attributes
  const own = { ...windowAttributes(attributes), ceil_mode: Number(ceil) }
  // Runtimes refuse padding that is not smaller than the kernel, even where its dilation makes the window wider.
  if (padding.every((side, i) => side < (kernel[i % 2] as number)))
    return { name: node('MaxPool', [map(x)], own), layout: 'map' }
  const [top, left, bottom, right] = padding
  const pads = ints([0, 0, top, left, 0, 0, bottom, right])
  const padded = node('Pad', [map(x), pads, number(Number.NEGATIVE_INFINITY)], {}, 'pad')
  return { name: node('MaxPool', [padded], { ...own, pads: [0, 0, 0, 0] }), layout: 'map' }
}

export const averagePoolForm: OnnxForm<PoolAttributes> = (writing) => {
  const { attributes, x, map, node, floats } = writing
  const { ceil, countPadding = false, padding } = attributes
  const isPlain = attributes.dilation.every((step) => step === 1) && (!ceil || exact(writing))
  if (isPlain) {
    const { dilations: _, ...own } = windowAttributes(attributes)
    return {
      name: node('AveragePool', [map(x)], { ...own, ceil_mode: 0, count_include_pad: Number(countPadding) }),
      layout: 'map',
    }
  }
  const { output } = writing
  const shares = counts(writing, countPadding ? padding : [0, 0, 0, 0]).map((count) => 1 / count)
  const sums = windowSums(writing, map(x))
  return { name: node('Mul', [sums, floats(shares, [output.height, output.width])]), layout: 'map' }
}

export const l2PoolForm: OnnxForm<PoolAttributes> = (writing) => {
  const { attributes, x, map, node } = writing
  const { kernel, dilation } = attributes
  const pads = completed(writing)
  const isPlain = dilation.every((step) => step === 1) && pads.every((side, i) => side < (kernel[i % 2] as number))
  if (isPlain) {
    const { dilations: _, ...own } = windowAttributes({ ...attributes, padding: pads })
    return { name: node('LpPool', [map(x)], { ...own, p: 2 }), layout: 'map' }
  }
  const squares = node('Mul', [map(x), map(x)], {}, 'squares')
  return { name: node('Sqrt', [windowSums(writing, squares)]), layout: 'map' }
}

/** The padding with which rounding down gives as many windows. Zeros change neither a sum nor an L2 norm. */
function completed({ attributes, x, output }: Writing): readonly number[] {
  const { kernel, stride, padding, dilation } = attributes
  const [top, left] = padding
  const after = (axis: 0 | 1, before: number, outputs: number, inputs: number) =>
    (outputs - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1 - inputs - before
  const below = after(0, top, output.height, x.volume.height)
  const beside = after(1, left, output.width, x.volume.width)
  return [top, left, Math.max(below, padding[2]), Math.max(beside, padding[3])]
}

/** Whether rounding up and down give the same windows. */
function exact(writing: Writing): boolean {
  const { padding } = writing.attributes
  return completed(writing).every((side, i) => side === padding[i])
}

/** Σ of each window, by filters of ones. */
function windowSums(writing: Writing, x: string): string {
  const { attributes, node, floats, output } = writing
  const { kernel } = attributes
  const ones = Array.from({ length: output.channels * kernel[0] * kernel[1] }, () => 1)
  const filters = floats(ones, [output.channels, 1, ...kernel])
  const window = windowAttributes({ ...attributes, padding: completed(writing) })
  return node('Conv', [x, filters], { ...window, group: output.channels }, 'sums')
}

/** How many values of each window are on the map, or on the padding that counts. */
function counts({ attributes, x, output }: Writing, counted: readonly number[]): readonly number[] {
  const { kernel, stride, padding, dilation } = attributes
  const along = (axis: 0 | 1, outputs: number, inputs: number) => {
    const [from, to] = [-(counted[axis] as number), inputs + (counted[axis + 2] as number)]
    return Array.from({ length: outputs }, (_, at) => {
      const taps = Array.from(
        { length: kernel[axis] },
        (__, tap) => at * stride[axis] + tap * dilation[axis] - padding[axis],
      )
      return taps.filter((place) => place >= from && place < to).length
    })
  }
  const columns = along(1, output.width, x.volume.width)
  return along(0, output.height, x.volume.height).flatMap((rows) => columns.map((count) => rows * count))
}
