/** Whether a training may go on from a checkpoint, found out without memory for it. */

import type { Dataset } from '../data/dataset.ts'
import type { BackendName, Model } from '../model/model.ts'
import { type Checkpoint, checkSame } from './checkpoint.ts'
import { identityOf } from './identity.ts'
import { matchDataset } from './match.ts'
import { planOptionsOf, resolveSettings, type TrainOptions } from './options.ts'

/** Throws what `train` would throw: `CheckpointError` that says what differs, or what is wrong with the options. */
export function checkResume(
  checkpoint: Checkpoint,
  model: Model,
  given: Dataset,
  options: TrainOptions,
  backend: BackendName,
): void {
  const settings = resolveSettings(model, given, options)
  const dataset = matchDataset(model, given)
  const plan = model.planFor(planOptionsOf(settings))
  checkSame(identityOf(dataset, settings, { plan, backend }), checkpoint, dataset)
}
