/**
 * Writes a training's checkpoints, and keeps the last good one. Before a training diverges, its weights often become
 * useless while they are still finite, and a checkpoint of them diverges again at once. Whether a checkpoint is good
 * shows in the next step, which computes the loss of its weights: good is a loss that is no higher than where the
 * training began, or than a guess gives. Only a good checkpoint takes the place of the last good one, `<path>.good`; after
 * a divergence, the last good one becomes the checkpoint.
 */

import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Trainer } from '../model/uses.ts'
import type { FileLock } from '../platform/types.ts'
import type { BestWeights } from './best.ts'
import { type Checkpoint, checkpointParts, checkSame, partsOf, readCheckpoint, restoreWeights } from './checkpoint.ts'
import type { DivergedError } from './errors.ts'
import { HistoryFile } from './history.ts'
import type { TrainingIdentity } from './identity.ts'
import type { TrainSettings } from './options.ts'
import type { SavedState, TrainState } from './state.ts'

export interface SaverParts {
  readonly trainer: Trainer
  readonly program: Program
  readonly dataset: Dataset
  readonly settings: TrainSettings
  /** Undefined where no checkpoint is asked for: it takes a look at every byte of the data. */
  readonly identity: TrainingIdentity | undefined
  readonly state: TrainState
  readonly best: BestWeights
  /** Of the checkpoint; undefined where there is none. */
  readonly lock: FileLock | undefined
  /** Milliseconds. */
  now(): number
  /** Throws where a weight is not finite: a training cannot go on from there. */
  checkWeights(): Promise<void>
}

export const goodPathOf = (checkpoint: string) => `${checkpoint}.good`

export class Saver {
  readonly #parts: SaverParts
  #saved: { readonly step: number; readonly time: number } | undefined
  #written: string | undefined
  #history: HistoryFile | undefined
  /** Whether the checkpoint of `#saved` is good. */
  #isGood = false

  constructor(parts: SaverParts) {
    this.#parts = parts
  }

  get isDue(): boolean {
    const { settings, state, now } = this.#parts
    if (settings.checkpoint === undefined) return false
    const { everySeconds, everySteps } = settings.checkpoint
    const { step, time } = this.#saved ?? { step: 0, time: 0 }
    return state.step - step >= everySteps || now() - time >= everySeconds * 1000
  }

  /** A step was taken from the weights as they were before it. */
  stepped(loss: number): void {
    const { state, settings } = this.#parts
    state.firstLoss ??= loss
    if (this.#saved?.step === state.step - 1) this.#isGood = loss <= Math.max(state.firstLoss, settings.guess)
  }

  async save(): Promise<void> {
    const { trainer, program, identity, state, settings, best, lock, now } = this.#parts
    if (settings.checkpoint === undefined || identity === undefined) return
    const { path } = settings.checkpoint
    // In one go with the reading of the arrays: the program does nothing else meanwhile.
    await trainer.exclusively(program, async () => {
      // Better keep the checkpoint before.
      await this.#parts.checkWeights()
      await lock?.check()
      if (this.#saved === undefined) this.#history = await HistoryFile.begin(path, state.records)
      else if (this.#isGood) await platform.keepFile(path, goodPathOf(path))
      this.#isGood = false
      const history = await (this.#history as HistoryFile).append(state.records)
      const { records: _, ...summary } = state
      const isCurrent =
        settings.ema === null && best.epoch !== undefined && best.epoch * settings.stepsPerEpoch === state.step
      const saved: SavedState = { ...summary, history }
      await platform.writeFileAtomic(
        path,
        await checkpointParts(program, identity, saved, isCurrent ? undefined : best.values),
      )
      // A new training does not use the files of an earlier one.
      if (this.#saved === undefined && state.step === 0) await platform.removeFile(goodPathOf(path))
    })
    this.#saved = { step: state.step, time: now() }
    this.#written = path
  }

  /** The path of a checkpoint that was written since this was last asked. */
  takeWritten(): string | undefined {
    const written = this.#written
    this.#written = undefined
    return written
  }

  /**
   * After a divergence: the last good checkpoint, or without one the last, is now the checkpoint, and says what
   * happened. Its weights are the model's.
   */
  async recover({ step, message }: DivergedError): Promise<void> {
    const { trainer, program, settings, lock } = this.#parts
    const path = settings.checkpoint?.path
    if (path === undefined || this.#saved === undefined) return
    const checkpoint = (this.#isGood ? undefined : await this.#lastGood(path)) ?? (await readCheckpoint(path))
    await trainer.change(program, async () => restoreWeights(program, checkpoint))
    await lock?.check()
    const [line = message] = message.split('\n')
    const state: SavedState = { ...checkpoint.state, diverged: { step, message: line } }
    await platform.writeFileAtomic(path, partsOf({ ...checkpoint, state }))
  }

  /** Of this training, where there is one. */
  async #lastGood(path: string): Promise<Checkpoint | undefined> {
    const { identity, dataset, state } = this.#parts
    try {
      const checkpoint = await readCheckpoint(goodPathOf(path))
      checkSame(identity as TrainingIdentity, checkpoint, dataset)
      return checkpoint.state.step <= state.step ? checkpoint : undefined
    } catch {
      return undefined
    }
  }
}
