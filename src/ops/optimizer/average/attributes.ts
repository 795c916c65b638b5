/** Attributes of means of weights. */

export interface AverageAttributes {
  /** Which of the scalars says how much is kept. */
  readonly kept: 'emaKept' | 'slowKept'
  /** Whether the weights become the mean (Lookahead). */
  readonly back: boolean
}
