/** What rules for starting weights work on. */

import type { Program } from '../../backends/types.ts'
import type { Dataset } from '../../data/dataset.ts'
import type { Model } from '../../model/model.ts'
import type { TrainSettings } from '../options.ts'

export interface StartContext {
  readonly model: Model
  /** Of the training, with the model's weights. */
  readonly program: Program
  /** Where a rule takes a forward pass: `bindTrial`. */
  readonly trial: Program | undefined
  readonly dataset: Dataset
  readonly settings: TrainSettings
}
