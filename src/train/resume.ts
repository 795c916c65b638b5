/** Whether a training may go on from a checkpoint, found out without memory for it. */

import type { Dataset } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import type { BackendName } from '../model/options.ts'
import { type Checkpoint, checkSame } from './checkpoint.ts'
import { identityOf, type TrainingIdentity } from './identity.ts'
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

/**
 * Notices for a training that is resumed from a checkpoint.
 *
 * @param hasRecords whether the records that belong to it were found
 */
export function resumeNotices(
  { identity, state }: Checkpoint,
  now: TrainingIdentity,
  hasRecords: boolean,
): readonly string[] {
  const { diverged, history } = state
  return [
    ...(diverged === undefined
      ? []
      : [
          `this training diverged after step ${diverged.step} (${diverged.message}) and went back to its last good checkpoint, of step ${state.step}; with the same settings it will diverge again`,
        ]),
    ...(identity.rounding === undefined || now.rounding === undefined || identity.rounding === now.rounding
      ? []
      : [
          `the checkpoint was computed with ${identity.rounding}, and now it is ${now.rounding}: the training continues, but not with the same bits`,
        ]),
    ...(hasRecords
      ? []
      : [`the ${history.records} records before step ${state.step} were not found: metrics and curves begin there`]),
  ]
}
