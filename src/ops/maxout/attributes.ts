/** Attributes of maxout. */

export interface MaxoutAttributes {
  /** Neighboring channels of which the greatest is taken, at least 1. */
  readonly pieces: number
}
