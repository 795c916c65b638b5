/** Attributes of the ops that move channels. How many channels there are is said by the shapes. */

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
