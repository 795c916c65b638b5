/** Weights that are read where they are used, and again at each use, so that a conversion holds one at a time. */

import { type Shape, sizeOf } from '../core/shapes.ts'
import type { WeightSource } from '../model/weightSource.ts'

export interface LazyWeight extends WeightSource {
  /** A new array at each call. */
  readonly values: Float32Array
}

export function lazyWeight(shape: Shape, fill: (into: Float32Array) => void): LazyWeight {
  return {
    shape,
    fill,
    get values() {
      const values = new Float32Array(sizeOf(shape))
      fill(values)
      return values
    },
  }
}

export function lazyWeights(weights: ReadonlyMap<string, WeightSource>): ReadonlyMap<string, LazyWeight> {
  return new Map([...weights].map(([name, source]) => [name, lazyWeight(source.shape, (into) => source.fill(into))]))
}
