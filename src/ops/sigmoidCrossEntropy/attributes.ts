/** Attributes of sigmoid cross-entropy. */

export interface SigmoidCrossEntropyAttributes {
  /** What losses and gradient are multiplied by: 1, or the weight of an auxiliary head. */
  readonly weight: number
}
