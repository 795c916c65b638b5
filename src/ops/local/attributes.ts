/** Attributes and shapes of locally connected layers: a window, and separate filters for each of its positions. */

import { type ArraySpec, picturesOf } from '../arrays.ts'
import type { Clamp } from '../pointwise/table.ts'
import type { StepSpec } from '../types.ts'
import type { Window } from '../window.ts'

export interface LocalGeometry {
  readonly window: Window
  /** C, depth of the input. */
  readonly channels: number
  /** K, filters at each position, depth of the output. */
  readonly filters: number
}

export interface LocalAttributes extends LocalGeometry {
  readonly bias: boolean
  /** Applied at the store. */
  readonly activation: 'none' | Clamp
}

type Shape4 = readonly [number, number, number, number]

/** [n, h, w, c] */
export function inputShape({ window, channels }: LocalGeometry, pictures: number): Shape4 {
  return [pictures, window.input[0], window.input[1], channels]
}

/** [n, h2, w2, k] */
export function outputShape({ window, filters }: LocalGeometry, pictures: number): Shape4 {
  return [pictures, window.output[0], window.output[1], filters]
}

/** [h2, w2, F, F, C, K]: a matrix [F·F·C, K] for each position. */
export function filterShape({ window, channels, filters }: LocalGeometry): readonly number[] {
  return [...window.output, ...window.kernel, channels, filters]
}

/** [h2, w2, K] */
export function biasShape({ window, filters }: LocalGeometry): readonly number[] {
  return [...window.output, filters]
}

/** As for a convolution: F·F·C terms for each output value; padding counts. */
export function macs({ attributes, inputs }: StepSpec<LocalGeometry>): number {
  const { window, channels, filters } = attributes
  const pixels = picturesOf(inputs[0] as ArraySpec) * window.output[0] * window.output[1]
  return pixels * filters * window.kernel[0] * window.kernel[1] * channels
}
