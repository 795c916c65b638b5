/** An array as an op sees it: a shape and a type of element, and the bytes that follow from them. */

import { type Shape, sizeOf } from '../core/index.ts'

/** Types of elements. A new one (f16, i8) is a row in `elementBytes`. */
export type DType = 'f32' | 'i32'

const elementBytes: Readonly<Record<DType, number>> = { f32: 4, i32: 4 }

export interface ArraySpec {
  /** Lengths by axis, slowest first; channels last. */
  readonly shape: Shape
  readonly dtype: DType
}

export function bytesOf({ shape, dtype }: ArraySpec): number {
  return sizeOf(shape) * elementBytes[dtype]
}

/** Length of the last axis: channels of a volume, classes of a row of scores. */
export function lastAxis({ shape }: ArraySpec): number {
  return shape.at(-1) ?? 1
}

/** Number of positions of all pictures: what the axes before the last multiply to. */
export function rowsOf({ shape }: ArraySpec): number {
  return sizeOf(shape.slice(0, -1))
}

/** The same axes but the last. */
export function withLastAxis({ shape, dtype }: ArraySpec, length: number): ArraySpec {
  return { shape: [...shape.slice(0, -1), length], dtype }
}

/** Length of the first axis of an activation: pictures. */
export function picturesOf({ shape }: ArraySpec): number {
  return shape[0] ?? 1
}
