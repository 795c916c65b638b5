/** Questions about one image: which class is it. */

export interface Guess {
  readonly name: string
  /** 0 to 1 */
  readonly probability: number
}

export interface TryCalls {
  /** Classifies an image by the model as it is at this moment, between two steps of a training. */
  'try.classify': {
    readonly ask: { readonly image: ImageBitmap | ImageData | Blob }
    readonly answer: { readonly guesses: readonly Guess[] }
  }
}
