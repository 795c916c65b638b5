/** Small helpers that ops share for declaring and checking the arrays of a step. */

import { printShape, type Shape, sizeOf } from '../core/shapes.ts'
import { OpShapeError } from './errors.ts'
import type { ArraySpec } from './types.ts'

export function f32(...shape: number[]): ArraySpec {
  return { shape, dtype: 'f32' }
}

export function i32(...shape: number[]): ArraySpec {
  return { shape, dtype: 'i32' }
}

/** Throws unless `inputs[index]` holds as many values as `shape`; how its axes are split is the reader's business. */
export function expectSize(
  kind: string,
  inputs: readonly ArraySpec[],
  index: number,
  shape: Shape,
  what: string,
): void {
  const input = inputs[index]
  if (input !== undefined && sizeOf(input.shape) === sizeOf(shape)) return
  throw new OpShapeError(`${kind}: its ${what} do not fit its attributes`, {
    received: input === undefined ? `no input ${index}` : printShape(input.shape),
    expected: printShape(shape),
  })
}
