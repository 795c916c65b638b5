/** Attributes of the hinge loss. */

export interface HingeAttributes {
  /** Δ of the notes, above 0. */
  readonly margin: number
  /** Whether each violation of the margin is squared. */
  readonly squared: boolean
  /** What losses and gradient are multiplied by: 1, or the weight of an auxiliary head. */
  readonly weight: number
}
