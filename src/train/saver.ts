/** Writes a training's checkpoints: when they are due, and the weights of the last one back after a divergence. */

import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import type { Trainer } from '../model/model.ts'
import type { BestWeights } from './best.ts'
import { checkpointParts, readCheckpoint, restoreWeights } from './checkpoint.ts'
import type { TrainingIdentity } from './identity.ts'
import type { TrainSettings } from './options.ts'
import type { TrainState } from './state.ts'

export interface SaverParts {
  readonly trainer: Trainer
  readonly program: Program
  readonly settings: TrainSettings
  /** Undefined where no checkpoint is asked for: it takes a look at every byte of the data. */
  readonly identity: TrainingIdentity | undefined
  readonly state: TrainState
  readonly best: BestWeights
  /** Milliseconds. */
  now(): number
  /** Throws where a weight is not finite: a training cannot go on from there. */
  checkWeights(): Promise<void>
}

export class Saver {
  readonly #parts: SaverParts
  #saved: { readonly step: number; readonly time: number } | undefined
  #written: string | undefined

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

  async save(): Promise<void> {
    const { trainer, program, identity, state, settings, best, now } = this.#parts
    if (settings.checkpoint === undefined || identity === undefined) return
    const { path } = settings.checkpoint
    // In one go with the reading of the arrays: the program does nothing else meanwhile.
    await trainer.exclusively(program, async () => {
      // Better keep the checkpoint before.
      await this.#parts.checkWeights()
      const isCurrent = best.epoch !== undefined && best.epoch * settings.stepsPerEpoch === state.step
      await platform.writeFileAtomic(
        path,
        await checkpointParts(program, identity, state, isCurrent ? undefined : best.values),
      )
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

  /** After a divergence: the weights of the last checkpoint that was written here, where there is one. */
  async recover(): Promise<void> {
    const { trainer, program, settings } = this.#parts
    const path = settings.checkpoint?.path
    if (path === undefined || this.#saved === undefined) return
    const checkpoint = await readCheckpoint(path)
    await trainer.change(program, async () => restoreWeights(program, checkpoint))
  }
}
