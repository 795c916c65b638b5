/** The training loop: a generator that trains while it is asked for progress. */

import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import { Batches, type Dataset } from '../data/index.ts'
import type { Model } from '../model/index.ts'
import { type Checkpoint, readCheckpoint, restore } from './checkpoint.ts'
import { identityOf } from './identity.ts'
import { resolveSettings, type TrainOptions, type TrainSettings } from './options.ts'
import type { Progress, TrainResult } from './progress.ts'
import { Session } from './session.ts'
import { newState } from './state.ts'
import { readWeights, Stepper, writeWeights } from './stepper.ts'

/**
 * Trains a model on a data set, in place. Iterate to train; each turn brings a `Progress`, about ten a second and one
 * after each epoch; the last, `done`, has the result, which the generator also returns. The model's weights are current
 * with `epoch` and `done`, and after leaving the loop by `break`.
 *
 *     for await (const { loss, accuracy } of train(model, dataset, { epochs: 3 })) console.log(loss, accuracy)
 *
 * The same seed gives the same bits, whatever the number of threads, and also when the training was killed at any moment
 * and resumed from its checkpoint. (The reference backend computes in float64 and saves float32; it is not held to that.)
 *
 * Throws at once `ArgumentError`, `DataMismatchError`, `LabelRangeError` or `AugmentationError` for what cannot be meant;
 * later `CheckpointError`, `FileError`, `MemoryError`, and `DivergedError` where the loss is not finite: the model then
 * has the weights that it had after the last epoch.
 */
export function train(model: Model, dataset: Dataset, options: TrainOptions): AsyncGenerator<Progress, TrainResult> {
  return run(model, dataset, options, resolveSettings(model, dataset, options))
}

async function* run(
  model: Model,
  dataset: Dataset,
  options: TrainOptions,
  settings: TrainSettings,
): AsyncGenerator<Progress, TrainResult> {
  const checkpoint = options.resume === undefined ? undefined : await readCheckpoint(options.resume)
  const program = await bindTraining(model, settings)
  let healthy = false
  try {
    const session = await begin(model, dataset, options, settings, program, checkpoint)
    healthy = true
    const { classes } = dataset
    model.info = { ...model.info, classes, normalization: settings.normalization }
    return yield* session.run()
  } catch (error) {
    healthy = false
    throw error
  } finally {
    // A loop left by `break` ends here, too, and keeps what was learned.
    if (healthy) writeWeights(program, model)
    await program.dispose()
  }
}

function bindTraining(model: Model, settings: TrainSettings): Promise<Program> {
  const { batch, optimizer, clipNorm, labelSmoothing, decay } = settings
  return model.bind({
    mode: 'training',
    batch,
    optimizer,
    labelSmoothing,
    decay,
    ...(clipNorm === null ? {} : { clipNorm }),
  })
}

async function begin(
  model: Model,
  dataset: Dataset,
  options: TrainOptions,
  settings: TrainSettings,
  program: Program,
  checkpoint: Checkpoint | undefined,
): Promise<Session> {
  const identity = identityOf(dataset, settings, program)
  if (checkpoint === undefined) readWeights(program, model)
  else restore(program, identity, checkpoint)
  const { batch, normalization, seed, augment } = settings
  const batches = new Batches(dataset.train, { batch, normalization, seed, augment })
  const session = new Session({
    model,
    program,
    test: dataset.test,
    classes: dataset.classes,
    settings,
    identity,
    stepper: new Stepper(program, batches, settings),
    state: checkpoint?.state ?? newState(),
    signal: options.signal,
    now: () => platform.now(),
  })
  await session.open(options.metrics)
  return session
}
