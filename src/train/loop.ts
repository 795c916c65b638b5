/** The training loop: a generator that trains while it is asked for progress. */

import { platform } from '#platform'
import { Batches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import { type Model, type Trainer, trainerOf } from '../model/model.ts'
import { readCheckpoint, restore } from './checkpoint.ts'
import { DivergedError } from './errors.ts'
import { identityOf } from './identity.ts'
import { matchDataset } from './match.ts'
import { planOptionsOf, resolveSettings, type TrainOptions, type TrainSettings } from './options.ts'
import type { Progress, TrainResult } from './progress.ts'
import { Session } from './session.ts'
import { newState } from './state.ts'
import { Stepper } from './stepper.ts'

/**
 * Trains a model on a data set, in place. Iterate to train; each turn brings a `Progress`, about ten a second and one
 * after each epoch; the last, `done`, has the result, which the generator also returns. The model's weights are current
 * with `epoch` and `done`, and after leaving the loop by `break`.
 *
 *     for await (const { loss, accuracy } of train(model, dataset, { epochs: 3 })) console.log(loss, accuracy)
 *
 * The same seed gives the same bits with any number of threads, and also when the training was killed at any moment and
 * resumed from its checkpoint. (The reference backend computes in float64 and saves float32; it is not held to that.)
 *
 * Throws at once `ArgumentError`, `DataMismatchError`, `LabelRangeError` or `AugmentationError` for invalid options;
 * later `CheckpointError`, `FileError`, `MemoryError`, and `DivergedError` where the loss is not finite. That step changes
 * no weight; where checkpoints are written, the model gets the weights of the last one, else it keeps those before the step.
 * `DisposedError` where the model was released or disposed of, or another training of it began, before this one ended.
 *
 * While it trains, and afterwards until it is released, the model holds the training's arena and no other: it takes the
 * memory that the plan of the training says. `predict` works in it, too. `model.release()` frees it.
 */
export function train(model: Model, dataset: Dataset, options: TrainOptions): AsyncGenerator<Progress, TrainResult> {
  const settings = resolveSettings(model, dataset, options)
  return run(model, matchDataset(model, dataset), options, settings)
}

async function* run(
  model: Model,
  dataset: Dataset,
  options: TrainOptions,
  settings: TrainSettings,
): AsyncGenerator<Progress, TrainResult> {
  const trainer = trainerOf(model)
  const { program, identity, state } = await begin(trainer, dataset, options, settings)
  const { batch, normalization, seed, augment } = settings
  const batches = new Batches(dataset.train, { batch, normalization, seed, augment })
  const session = new Session({
    model,
    trainer,
    program,
    test: dataset.test,
    classes: dataset.classes,
    settings,
    identity,
    stepper: new Stepper(trainer, program, batches, settings),
    state,
    signal: options.signal,
    now: () => platform.now(),
  })
  try {
    await session.open(options.metrics)
    model.info = { ...model.info, classes: dataset.classes, normalization }
    return yield* session.run()
  } catch (error) {
    // A checkpoint that somebody has taken away does not hide what happened.
    if (error instanceof DivergedError) await session.recover().catch(() => {})
    throw error
  } finally {
    // A loop left by `break` ends here, too, and keeps what was learned.
    await trainer.fetch()
  }
}

/** The program with the weights in it, or with all that a checkpoint holds, whose bytes are not kept. */
async function begin(trainer: Trainer, dataset: Dataset, { resume }: TrainOptions, settings: TrainSettings) {
  const checkpoint = resume === undefined ? undefined : await readCheckpoint(resume)
  const program = await trainer.hold(planOptionsOf(settings))
  const identity = identityOf(dataset, settings, program)
  if (checkpoint !== undefined) restore(program, identity, checkpoint)
  return { program, identity, state: checkpoint?.state ?? newState() }
}
