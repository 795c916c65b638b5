/** Attributes of squared error and Huber's loss. */

export interface DistanceAttributes {
  /** δ of Huber's loss, above 0; absent: squared error. */
  readonly delta?: number
  /** What losses and gradient are multiplied by: 1, or the weight of an auxiliary head. */
  readonly weight: number
}
