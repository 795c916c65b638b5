/** Attributes of the convolution ops: one geometry, computed once by whoever lowers, shared by all three directions. */

import type { Clamp } from '../pointwise/table.ts'
import { printWindow, type Window } from '../window.ts'

export interface Conv2dGeometry {
  /** Pictures of a run. */
  readonly batch: number
  /** Pictures of the largest run that uses the same prepared filters, and so the same method; absent: `batch`. */
  readonly largestBatch?: number
  readonly window: Window
  /** C, depth of the input. */
  readonly channels: number
  /** K, number of filters, depth of the output. */
  readonly filters: number
  /** Both channels and filters are divided into so many independent groups. */
  readonly groups: number
  /** How to compute it; absent: the rule of choice.ts. Winograd's methods fall back to `gemm` where they do not fit. */
  readonly method?: Conv2dMethod
}

/** A matrix product, exact to rounding, or Winograd's F(4×4, 3×3) or F(2×2, 3×3): faster, and somewhat less exact. */
export type Conv2dMethod = 'gemm' | 'winograd4' | 'winograd2'

export interface Conv2dAttributes extends Conv2dGeometry {
  readonly bias: boolean
  /** Batch normalization of the result by tracked statistics, ahead of the activation. Only at inference. */
  readonly norm?: { readonly epsilon: number }
  /** Applied at the store. */
  readonly activation: 'none' | Clamp
}

/** The two of a geometry that count pictures; only where they differ both are written. */
export function batchGeometry(batch: number, largestBatch: number): Pick<Conv2dGeometry, 'batch' | 'largestBatch'> {
  return batch === largestBatch ? { batch } : { batch, largestBatch }
}

/** Pictures that decide on the method, and on how filters are prepared for it. */
export function largestBatchOf({ batch, largestBatch = batch }: Conv2dGeometry): number {
  return largestBatch
}

/** [n, h, w, c] */
export function inputShape(geometry: Conv2dGeometry): readonly [number, number, number, number] {
  return [geometry.batch, geometry.window.input[0], geometry.window.input[1], geometry.channels]
}

/** [n, h, w, k] */
export function outputShape(geometry: Conv2dGeometry): readonly [number, number, number, number] {
  return [geometry.batch, geometry.window.output[0], geometry.window.output[1], geometry.filters]
}

/** [F, F, C/groups, K]: row-major it is the GEMM matrix [F·F·C/groups, K]. */
export function filterShape(geometry: Conv2dGeometry): readonly [number, number, number, number] {
  const { kernel } = geometry.window
  return [kernel[0], kernel[1], geometry.channels / geometry.groups, geometry.filters]
}

/** Whether the filter covers the picture exactly, as a fully connected layer's does: a plain matrix product. */
export function coversPicture({ window, groups }: Conv2dGeometry): boolean {
  const { kernel, input, output, padding } = window
  const whole = kernel[0] === input[0] && kernel[1] === input[1] && output[0] === 1 && output[1] === 1
  return whole && groups === 1 && padding.every((side) => side === 0)
}

/** Every output value is a dot product of F·F·C/groups terms (the notes' X_col × W_row). Padding counts as terms. */
export function macs(geometry: Conv2dGeometry): number {
  const [n, height, width, filters] = outputShape(geometry)
  const [fh, fw, depth] = filterShape(geometry)
  return n * height * width * filters * fh * fw * depth
}

export function describeGeometry(geometry: Conv2dGeometry): string {
  const groups = geometry.groups === 1 ? '' : `, ${geometry.groups} groups`
  return `${printWindow(geometry.window)}, ${geometry.filters} filters${groups}`
}
