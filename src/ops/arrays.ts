/** An array as an op sees it: a shape and a type of element, and the bytes that follow from them. */

import { type Shape, sizeOf } from '../core/shapes.ts'

/** Types of elements: how the host sees an array of them, and with it the bytes that each takes. A new one is a row here. */
const elementTypes = { f32: Float32Array, i32: Int32Array } as const

export type DType = keyof typeof elementTypes

/** Over memory of one thread's own, or shared. */
export type TypedArray = Float32Array | Int32Array

interface TypedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number
  new (length: number): TypedArray
  new (memory: ArrayBufferLike, offset: number, length: number): TypedArray
}

const constructorOf = (dtype: DType): TypedArrayConstructor => elementTypes[dtype]

export interface ArraySpec {
  /** Lengths by axis, slowest first; channels last. */
  readonly shape: Shape
  readonly dtype: DType
}

export function bytesOf({ shape, dtype }: ArraySpec): number {
  return sizeOf(shape) * constructorOf(dtype).BYTES_PER_ELEMENT
}

/** An array of zeros. */
export function emptyArray({ shape, dtype }: ArraySpec): TypedArray {
  return new (constructorOf(dtype))(sizeOf(shape))
}

/** The array that stands in a memory at a byte offset. */
export function arrayAt({ shape, dtype }: ArraySpec, memory: ArrayBufferLike, offset: number): TypedArray {
  return new (constructorOf(dtype))(memory, offset, sizeOf(shape))
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
