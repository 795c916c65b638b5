/** Questions about a training, and what it tells while it runs. */

/** Where images come from. One line in `engine/data.ts` opens each. */
export type DataName = 'mnist' | 'mnist-whole' | 'pictures'

export interface DataFacts {
  readonly name: DataName
  readonly classes: readonly string[]
  readonly size: { readonly height: number; readonly width: number; readonly channels: number }
  readonly train: number
  readonly test: number
}

export interface Prepared {
  readonly data: DataFacts
  /** What computes: kernels and threads, and why not more. */
  readonly description: string
}

export interface TrainCalls {
  /** Makes a fresh model of a text, and opens the data that it is to learn. */
  'train.prepare': {
    readonly ask: { readonly text: string; readonly data: DataName; readonly seed: number }
    readonly answer: Prepared
  }
}

export interface TrainEvents {
  /** Reading of data goes on: a share from 0 to 1. */
  'train.reading': { readonly data: DataName; readonly share: number }
}
