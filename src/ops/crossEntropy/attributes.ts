/** Attributes of cross-entropy. */

export interface CrossEntropyAttributes {
  /** ε, share of the target spread evenly over all classes; 0 for none. */
  readonly smoothing: number
}
