/** What the loss ops check of their inputs, and the sizes that all their kernels take. */

import { sizeOf } from '../../core/shapes.ts'
import { picturesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec } from '../types.ts'

/** n and k: images, and the scores (or numbers) of each. */
export function rowsOfScores(inputs: readonly ArraySpec[]): { readonly batch: number; readonly count: number } {
  const scores = inputs[0] as ArraySpec
  const batch = picturesOf(scores)
  return { batch, count: sizeOf(scores.shape) / batch }
}

/** The rows, and how they are divided into tiles. */
export function rangesOfScores(inputs: readonly ArraySpec[]) {
  const { batch, count } = rowsOfScores(inputs)
  const { chunk, tiles } = rangesOf(batch, count)
  return { batch, count, chunk, tiles }
}

/** Checks the third input: a weight for each of the k scores. It is optional. */
export function expectWeights(kind: string, inputs: readonly ArraySpec[]): void {
  if (inputs.length > 2) expectSize(kind, inputs, 2, [rowsOfScores(inputs).count], 'weights')
}

/** Checks [scores [n, …], labels i32 [n], class weights [k]?]; returns n. Throws `OpShapeError`. */
export function expectLabels(kind: string, inputs: readonly ArraySpec[]): number {
  const { batch } = rowsOfScores(inputs)
  expectSize(kind, inputs, 1, [batch], 'labels')
  expectWeights(kind, inputs)
  return batch
}

/** Checks [scores [n, …], targets of as many values, weights [k]?]; returns n. Throws `OpShapeError`. */
export function expectTargets(kind: string, inputs: readonly ArraySpec[]): number {
  const [scores] = inputs as readonly [ArraySpec]
  expectSize(kind, inputs, 1, scores.shape, 'targets')
  expectWeights(kind, inputs)
  return picturesOf(scores)
}

/** For the plan's print: `weight 0.3`, or nothing. */
export const printWeight = (weight: number) => (weight === 1 ? [] : [`weight ${weight}`])
