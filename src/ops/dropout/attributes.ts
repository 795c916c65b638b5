/** Attributes of dropout. */

export interface DropoutAttributes {
  /** Probability that a value is dropped, 0 ≤ rate ≤ 1. */
  readonly rate: number
  /** A whole number of the layer's own: two layers with the same stream would drop the same elements. */
  readonly stream: number
}
