/** Attributes of sums of gradients. */

export interface AccumulateAttributes {
  /** Batches of one update. */
  readonly batches: number
}
