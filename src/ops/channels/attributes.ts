/** Attributes of the ops that move channels. The number of channels follows from the shapes. */

/** A range of the input's channels. */
export interface SliceAttributes {
  readonly from: number
  readonly count: number
}

/** Channels of zeros in front and behind. */
export interface WidenAttributes {
  readonly before: number
  readonly after: number
}
