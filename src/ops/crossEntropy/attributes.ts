/** Attributes of cross-entropy. */

export interface CrossEntropyAttributes {
  /** ε, share of the target spread evenly over all classes; 0 for none. */
  readonly smoothing: number
  /** What losses and gradient are multiplied by: 1, or the weight of an auxiliary head. */
  readonly weight: number
}
