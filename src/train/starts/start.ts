/** The weights before the first step: what the rules of a training make of those of its model. */

import type { Program } from '../../backends/types.ts'
import type { Dataset } from '../../data/dataset.ts'
import type { Model } from '../../model/model.ts'
import type { Trainer } from '../../model/uses.ts'
import type { TrainSettings } from '../options.ts'
import { applyStarts } from './apply.ts'
import { bindTrial } from './lsuv.ts'

interface Parts {
  readonly model: Model
  readonly trainer: Trainer
  /** Of the training, which the trainer holds. */
  readonly program: Program
  readonly dataset: Dataset
  readonly settings: TrainSettings
}

/** Changes the weights in the program. A sentence for each rule. */
export async function startWeights({ model, trainer, program, dataset, settings }: Parts): Promise<readonly string[]> {
  const trial = await bindTrial(settings.starts, model, settings)
  return trainer
    .change(program, () => applyStarts(settings.starts, { model, program, trial, dataset, settings }))
    .finally(() => trial?.dispose())
}
