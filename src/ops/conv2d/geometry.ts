/** Attributes of the convolution ops: one geometry, computed once by the layer that lowers, shared by all directions. */

import { type ArraySpec, picturesOf } from '../arrays.ts'
import type { FoldedNorm } from '../batchNorm/tracked.ts'
import type { Clamp } from '../pointwise/table.ts'
import type { StepSpec } from '../types.ts'
import { printWindow, type Window } from '../window.ts'

export interface Conv2dGeometry {
  readonly window: Window
  /** C, depth of the input. */
  readonly channels: number
  /** K, number of filters, depth of the output. */
  readonly filters: number
  /** Both channels and filters are divided into this many independent groups. */
  readonly groups: number
}

export interface Conv2dAttributes extends Conv2dGeometry {
  readonly bias: boolean
  /** Batch normalization of the result by tracked statistics, ahead of the activation. */
  readonly norm?: FoldedNorm
  /** Applied at the store. */
  readonly activation: 'none' | Clamp
}

type Shape4 = readonly [number, number, number, number]

/** [n, h, w, c] */
export function inputShape({ window, channels }: Conv2dGeometry, pictures: number): Shape4 {
  return [pictures, window.input[0], window.input[1], channels]
}

/** [n, h, w, k] */
export function outputShape({ window, filters }: Conv2dGeometry, pictures: number): Shape4 {
  return [pictures, window.output[0], window.output[1], filters]
}

/** [F, F, C/groups, K]: row-major it is the GEMM matrix [F·F·C/groups, K]. */
export function filterShape(geometry: Conv2dGeometry): Shape4 {
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
export function macs({ attributes: geometry, inputs }: StepSpec<Conv2dGeometry>): number {
  const [n, height, width, filters] = outputShape(geometry, picturesOf(inputs[0] as ArraySpec))
  const [fh, fw, depth] = filterShape(geometry)
  return n * height * width * filters * fh * fw * depth
}

export function describeGeometry(geometry: Conv2dGeometry): string {
  const groups = geometry.groups === 1 ? '' : `, ${geometry.groups} groups`
  return `${printWindow(geometry.window)}, ${geometry.filters} filters${groups}`
}
