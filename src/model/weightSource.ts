/** Where a weight of a new model comes from: values in memory, or a file that is read when the weight is first needed. */

import type { Shape } from '../core/shapes.ts'

export interface WeightSource {
  readonly shape: Shape
  /** Writes the values to an array of their size. May be called more than once. */
  fill(into: Float32Array): void
}
