/** Options of an evaluation. */

import type { Normalization } from '../data/normalization.ts'

export interface EvaluateOptions {
  /** Default: the model's own. */
  readonly normalization?: Normalization | undefined
  /**
   * Names of the classes that the split's labels are indices of. Default: the split's own, which a split of a data set has.
   */
  readonly classes?: readonly string[] | undefined
  /** Ends the evaluation by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined
}
