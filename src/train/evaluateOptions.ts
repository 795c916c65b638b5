/** Options of an evaluation. */

import type { Normalization } from '../data/normalization.ts'
import type { Average } from '../data/views.ts'

export interface EvaluateOptions {
  /** Default: the model's own. */
  readonly normalization?: Normalization | undefined
  /**
   * Names of the classes that the split's labels are indices of. Default: the split's own, which a split of a data set has.
   */
  readonly classes?: readonly string[] | undefined
  /**
   * Several views of every image, whose results are averaged: `mirror`, `shifts1`, `mirror,shifts1`, `airbench`, `crops5`,
   * `crops10` or `torch7`. Crops come from images that are larger than the input, or are scaled to it. Default: `none`.
   */
  readonly views?: string | undefined
  /** What is averaged over the views. Default: `scores` with `airbench`, else `probabilities`. */
  readonly average?: Average | undefined
  /** Called after each portion with the images that have been evaluated, and all; with views, each counts for each view. */
  readonly progress?: ((done: number, all: number) => void) | undefined
  /** Ends the evaluation by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined
}
