/**
 * A training of a model that nobody else trains meanwhile. Reached by a dynamic import only, so that a page that never trains
 * does not load it.
 */

import { platform } from '#platform'
import { volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import type { Trainer } from '../model/uses.ts'
import type { FileLock } from '../platform/types.ts'
import { type BestEpoch, BestWeights } from './best.ts'
import { bestOf, readCheckpoint, restore } from './checkpoint.ts'
import type { Claim } from './claim.ts'
import { startSlowWeights } from './ema.ts'
import { DivergedError } from './errors.ts'
import { findRecords, historyPathOf } from './history.ts'
import { identityOf } from './identity.ts'
import { planOptionsOf, type TrainOptions, type TrainSettings } from './options.ts'
import { matchViewed } from './outputs.ts'
import type { Progress, TrainResult } from './progress.ts'
import { resumeNotices } from './resume.ts'
import { Session } from './session.ts'
import { viewedSplitOf } from './splits.ts'
import { startWeights } from './starts/start.ts'
import { newState, type TrainState } from './state.ts'
import { Stepper } from './stepper.ts'

export interface Training {
  readonly model: Model
  readonly dataset: Dataset
  readonly options: TrainOptions
  readonly settings: TrainSettings
  readonly trainer: Trainer
}

export async function* trainClaimed(
  training: Training,
  claimed: Claim,
  lock: FileLock | undefined,
): AsyncGenerator<Progress, TrainResult> {
  const { model, dataset, options, settings, trainer } = training
  checkFinalViews(training)
  const begun = await begin(training)
  const { program } = begun
  claimed.program = program
  const { batch, normalization, seed, augment } = settings
  const scores = volumeSize(model.output)
  const batches = new Batches(dataset.train, { batch, normalization, seed, augment, scores })
  const stepper = new Stepper(trainer, program, batches, settings)
  const { signal } = options
  const session = new Session({
    ...begun,
    model,
    trainer,
    dataset,
    settings,
    stepper,
    signal,
    lock,
    now: () => platform.now(),
    ended: () => claimed.end(),
  })
  try {
    await session.open(options.metrics)
    const { classes } = dataset
    model.info = { ...model.info, ...(classes.length > 0 && { classes }), normalization }
    return yield* session.run()
  } catch (error) {
    // A checkpoint that somebody has taken away does not hide what happened.
    if (error instanceof DivergedError) await session.recover(error).catch(() => {})
    throw error
  } finally {
    // A loop left by `break` ends here, too, and keeps what was learned.
    await trainer.fetch()
  }
}

/** Views that do not fit the images show before the first step, not after the last. */
function checkFinalViews({ model, dataset, settings: { views } }: Training): void {
  const viewed = viewedSplitOf(dataset)
  if (views !== undefined && viewed !== undefined) matchViewed(model, viewed.split, { views }, `${viewed.name} split`)
}

/** The program with the weights in it, or with all that a checkpoint holds, whose bytes are not kept. */
async function begin({ model, trainer, dataset, options, settings }: Training) {
  const { resume } = options
  const checkpoint = resume === undefined ? undefined : await readCheckpoint(resume)
  const program = await trainer.hold(planOptionsOf(settings))
  const isSaved = checkpoint !== undefined || settings.checkpoint !== undefined
  // Takes a look at every byte of the data, so only where it is needed.
  const identity = isSaved ? identityOf(dataset, settings, program) : undefined
  const best = new BestWeights(program)
  if (checkpoint === undefined || identity === undefined) {
    const notices = await startWeights({ model, trainer, program, dataset, settings })
    await trainer.change(program, () => startSlowWeights(program))
    return { program, identity, best, state: newState(), notices }
  }
  const { history, ...saved } = checkpoint.state
  const records = checkpoint.records ?? (await findRecords(history, recordPaths(options)))
  const state: TrainState = { ...structuredClone(saved), records: [...(records ?? [])] }
  const keptBest = settings.keep === 'best' && state.best !== undefined ? bestOf(program, checkpoint) : undefined
  await trainer.change(program, async () => restore(program, identity, checkpoint, dataset))
  if (keptBest !== undefined) best.restore((state.best as BestEpoch).epoch, keptBest)
  else delete state.best
  return { program, identity, best, state, notices: resumeNotices(checkpoint, identity, records !== undefined) }
}

/** Where the records of a checkpoint may be. */
function recordPaths({ resume, checkpoint, metrics }: TrainOptions): readonly string[] {
  const checkpoints = [resume, checkpoint?.path].filter((path) => typeof path === 'string')
  return [...new Set([...checkpoints.map(historyPathOf), ...(metrics === undefined ? [] : [metrics])])]
}
