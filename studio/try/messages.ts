/** Questions about one image: which class is it. */

export interface Guess {
  /** Index of the class. */
  readonly index: number
  readonly name: string
  /** 0 to 1 */
  readonly probability: number
}

/** Grey values that a person has drawn: white on black. */
export interface Drawing {
  /** [height, width], 0 to 255 */
  readonly data: Uint8Array<ArrayBuffer>
  readonly width: number
  readonly height: number
}

export interface Answered {
  /** Every class, the most probable first. */
  readonly guesses: readonly Guess[]
  /** What the network was given. */
  readonly seen: {
    readonly width: number
    readonly height: number
    /** [height, width, 4] */
    readonly pixels: Uint8ClampedArray<ArrayBuffer>
  }
}

export interface TryCalls {
  /**
   * Classifies an image by the model as it is at this moment, between two steps of a training. Without an image: the one
   * before again. `isDigit`: it is brought to the place and size that MNIST's digits have.
   */
  'try.classify': {
    readonly ask: { readonly image?: Drawing | Blob | ImageBitmap; readonly isDigit: boolean }
    readonly answer: Answered
  }
}
