/**
 * The geometry of a sliding window (convolution, pooling), computed once and handed to everyone: shape rules, kernels,
 * cost, receptive field, printers. W2 = (W1 − F + 2P)/S + 1 of the notes, with a padding for each side, dilation, and
 * floor or ceil.
 */

import type { Volume } from '../core/shapes.ts'

export type Pair = readonly [height: number, width: number]
export type Padding = readonly [top: number, left: number, bottom: number, right: number]

/** What a person writes. */
export interface WindowSpec {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
  /** Round sizes that do not divide up (Caffe) instead of down (PyTorch). */
  readonly ceil?: boolean
}

/** The window on a volume. Plain data. */
export interface Window {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
  readonly input: Pair
  readonly output: Pair
}

/** One axis of the notes' arithmetic. `exact` is the quotient plus one before rounding. */
export interface WindowAxis {
  readonly input: number
  readonly kernel: number
  /** dilation·(F − 1) + 1: what the filter spans. */
  readonly extent: number
  readonly stride: number
  /** Both sides together: 2P in the notes. */
  readonly padding: number
  readonly exact: number
  readonly output: number
}

export function windowAxis(spec: WindowSpec, input: number, axis: 0 | 1): WindowAxis {
  const kernel = spec.kernel[axis]
  const stride = spec.stride[axis]
  const before = spec.padding[axis]
  const padding = before + spec.padding[(axis + 2) as 2 | 3]
  const extent = spec.dilation[axis] * (kernel - 1) + 1
  const exact = (input - extent + padding) / stride + 1
  let output = spec.ceil === true ? Math.ceil(exact) : Math.floor(exact)
  // Caffe's and PyTorch's rule: a window that would start beyond the picture and its first padding is left out.
  if (spec.ceil === true && (output - 1) * stride >= input + before) output -= 1
  return { input, kernel, extent, stride, padding, exact, output: Math.max(output, 0) }
}

/** The window on `input`; an axis without any position has output 0, which layers refuse. */
export function windowOn(spec: WindowSpec, input: Volume): Window {
  const rows = windowAxis(spec, input.height, 0)
  const columns = windowAxis(spec, input.width, 1)
  return {
    kernel: spec.kernel,
    stride: spec.stride,
    padding: spec.padding,
    dilation: spec.dilation,
    input: [input.height, input.width],
    output: [rows.output, columns.output],
  }
}

/** `3×3 s1 p1`, with what is uneven spelled out and what is usual left out. */
export function printWindow(window: Window | WindowSpec): string {
  const parts = [`${window.kernel[0]}×${window.kernel[1]}`, `s${pairText(window.stride)}`]
  const [top, left, bottom, right] = window.padding
  const even = top === bottom && left === right
  parts.push(even ? `p${pairText([top, left])}` : `p${window.padding.join(',')}`)
  if (window.dilation[0] !== 1 || window.dilation[1] !== 1) parts.push(`d${pairText(window.dilation)}`)
  return parts.join(' ')
}

function pairText(pair: Pair): string {
  return pair[0] === pair[1] ? `${pair[0]}` : `${pair[0]}x${pair[1]}`
}
