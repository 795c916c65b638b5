/**
 * The training loop: a generator that trains while it is asked for progress. What it does once it trains is in claimed.ts,
 * which a page loads then.
 */

import { platform } from '#platform'
import { checkAugmentation } from '../data/augmentation.ts'
import type { Dataset } from '../data/dataset.ts'
import { infoFault } from '../model/info.ts'
import { type Model, trainerOf } from '../model/model.ts'
import type { FileLock } from '../platform/types.ts'
import { claim } from './claim.ts'
import type { Training } from './claimed.ts'
import { DataMismatchError } from './errors.ts'
import { loadLater } from './loadLater.ts'
import { matchDataset } from './match.ts'
import { resolveSettings, type TrainOptions } from './options.ts'
import type { Progress, TrainResult } from './progress.ts'

/**
 * Trains a model on a data set, in place. Iterate to train; each turn brings a `Progress`, about ten a second and one
 * after each epoch; the last, `done`, has the result, which the generator also returns. The model's weights are current
 * with `epoch` and `done`, and after leaving the loop by `break`.
 *
 *     for await (const { loss, accuracy } of train(model, dataset, { epochs: 3 })) console.log(loss, accuracy)
 *
 * The model is evaluated after each epoch on the validation pictures, and once at the end on the test pictures; a data set
 * without validation pictures is evaluated on its test pictures after each epoch. With `keep: 'best'` the model ends with
 * the weights of the epoch whose loss was the lowest; the choice then depends on the pictures that were looked at, so a
 * test accuracy means more where there are validation pictures.
 *
 * The same seed gives the same bits with any number of threads, and also when the training was killed at any moment and
 * resumed from its checkpoint. (The reference backend computes in float64 and saves float32; it is not held to that.)
 *
 * Throws at once `ArgumentError`, `DataMismatchError`, `LabelRangeError` or `AugmentationError` for invalid options;
 * later `CheckpointError`, `FileError`, `MemoryError`, and `DivergedError` where the loss is not finite. That step changes
 * no weight; where checkpoints are written, the model gets the weights of the last good one, else it keeps those before
 * the step.
 * `ModelBusyError` where another training of the model has begun and not ended: a loop that is left, by `break`, `return`
 * or an error, ends its training. `LockedError` where another training writes the same checkpoint. `DisposedError` where the model was released or disposed of before the training ended.
 *
 * While it trains, and afterwards until it is released, the model holds the training's arena and no other: it takes the
 * memory that the plan of the training says. `predict` and `evaluate` work in it, too, between two steps.
 * `model.release()` frees it.
 */
export function train(model: Model, dataset: Dataset, options: TrainOptions): AsyncGenerator<Progress, TrainResult> {
  return prepared(model, dataset, options, async () => {
    const path = options.checkpoint?.path ?? options.metrics
    return path === undefined ? undefined : platform.lockFile(path)
  })
}

/**
 * The same, for a caller that holds the lock of the checkpoint already, and releases it. (Not a public function: who
 * trains in a folder of several files holds it from before the first until after the last.)
 */
export function trainHolding(
  lock: FileLock,
  model: Model,
  dataset: Dataset,
  options: TrainOptions,
): AsyncGenerator<Progress, TrainResult> {
  return prepared(model, dataset, options, async () => ({ check: lock.check, release: async () => {} }))
}

function prepared(
  model: Model,
  dataset: Dataset,
  options: TrainOptions,
  lock: () => Promise<FileLock | undefined>,
): AsyncGenerator<Progress, TrainResult> {
  const settings = resolveSettings(model, dataset, options)
  checkAugmentation(settings.augment, dataset.train)
  const matched = matchDataset(model, dataset)
  // What the model will say of itself must be fit to be saved: better known before the first step than after the last.
  const { classes } = matched
  const fault = infoFault(model.network, {
    ...(classes.length > 0 && { classes }),
    normalization: settings.normalization,
  })
  if (fault !== undefined) throw new DataMismatchError(fault.message, fault)
  return run({ model, dataset: matched, options, settings, trainer: trainerOf(model) }, lock)
}

async function* run(
  training: Training,
  lockFiles: () => Promise<FileLock | undefined>,
): AsyncGenerator<Progress, TrainResult> {
  const claimed = await claim(training.model, training.trainer)
  let lock: FileLock | undefined
  try {
    lock = await lockFiles()
    const { trainClaimed } = await loadLater()
    return yield* trainClaimed(training, claimed, lock)
  } finally {
    claimed.end()
    await lock?.release()
  }
}
