/** Finds the arrays that rows name: by name, and by a shape that fits. */

import { printShape, type Shape, sameShape, sizeOf } from '../core/shapes.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import type { WeightSource } from '../model/weightSource.ts'
import { arrangedAsOurs, type StateDictRow } from './stateDict.ts'

export type Arrays = ReadonlyMap<string, StoredTensor>

export interface MatchedWeights {
  readonly weights: ReadonlyMap<string, WeightSource>
  /** Our names and theirs. */
  readonly matched: readonly { readonly weight: string; readonly key: string }[]
  /** Arrays that no weight took. */
  readonly leftOver: readonly string[]
}

export interface Attempt extends MatchedWeights {
  /** Weights for which there is no array, with their shapes. */
  readonly missing: readonly string[]
}

/** @param prefix in front of the rows' keys in the file: `module.` */
export function attempt(rows: readonly StateDictRow[], arrays: Arrays, prefix = ''): Attempt {
  const weights = new Map<string, WeightSource>()
  const matched: { weight: string; key: string }[] = []
  const missing: string[] = []
  for (const row of rows) {
    const key = `${prefix}${row.key}`
    const array = arrays.get(key)
    if (array === undefined || !fits(array.shape, row)) {
      const found = array === undefined ? '' : `; ${key} is ${printShape(array.shape)}`
      missing.push(`${row.weight} ${printShape(row.shape)}${found}`)
      continue
    }
    matched.push({ weight: row.weight, key })
    weights.set(row.weight, {
      shape: row.shape,
      fill: (into) => arrangedAsOurs(array.decoded(), row, into),
    })
  }
  return { weights, matched, missing, leftOver: leftOver(arrays, new Set(matched.map(({ key }) => key))) }
}

export function leftOver(arrays: Arrays, used: ReadonlySet<string>): readonly string[] {
  return [...arrays.keys()].filter((name) => !used.has(name))
}

/** The same axes; sides of 1 may be left out, and axes that the file flattens count together. */
export function fits(found: Shape, { shape, axes }: StateDictRow): boolean {
  const theirs = axes.map((axis) => shape[axis] as number)
  if (sameShape(withoutOnes(found), withoutOnes(theirs))) return true
  // A matrix of a fully connected layer: [K, C·H·W] or [H·W·C, K]; K is our last axis.
  const filters = axes.indexOf(shape.length - 1) === 0 ? found[0] : found[1]
  return found.length === 2 && theirs.length > 2 && filters === shape.at(-1) && sizeOf(found) === sizeOf(shape)
}

const withoutOnes = (shape: Shape) => shape.filter((side) => side !== 1)
