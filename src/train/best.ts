/**
 * The best epoch of a training, and a copy of its weights. One measure decides, here and for early stopping: the mean
 * loss on the validation pictures, or on the test pictures where the data has no validation split. The loss and
 * not the accuracy, because on a few hundred pictures many epochs have the same accuracy (Prechelt 1998, "Early
 * Stopping – But When?").
 */

import type { Program } from '../backends/types.ts'
import type { Tensor } from '../model/safetensors.ts'
import type { EpochRecord } from './metrics.ts'

/** The split that is evaluated after each epoch. */
export type WatchedSplit = 'validation' | 'test'

export interface BestEpoch {
  /** Counted from 1. */
  readonly epoch: number
  /** Mean loss on the split. */
  readonly loss: number
  /** 0 to 1, on the split; absent for a loss of numbers. */
  readonly accuracy?: number | undefined
  readonly split: WatchedSplit
}

/** The epoch with the lowest loss, the first of equals. Undefined where none was evaluated. */
export function bestEpochOf(history: readonly EpochRecord[]): BestEpoch | undefined {
  return history.reduce<BestEpoch | undefined>((best, record) => lower(best, watchedOf(record)), undefined)
}

/** The one with the lower loss, the first of equals. */
export function lower(best: BestEpoch | undefined, next: BestEpoch | undefined): BestEpoch | undefined {
  return next !== undefined && (best === undefined || next.loss < best.loss) ? next : best
}

/** What the watched split gave after this epoch. */
export function watchedOf(record: EpochRecord): BestEpoch | undefined {
  const { epoch, validationLoss, validationAccuracy, testLoss, testAccuracy } = record
  if (validationLoss !== undefined)
    return { epoch, loss: validationLoss, accuracy: validationAccuracy, split: 'validation' }
  return testLoss === undefined ? undefined : { epoch, loss: testLoss, accuracy: testAccuracy, split: 'test' }
}

/** The copy lies on the host, not in the arena: it is written once an epoch at most. */
export class BestWeights {
  readonly #program: Program
  readonly #values = new Map<string, Float32Array>()
  #epoch: number | undefined

  constructor(program: Program) {
    this.#program = program
  }

  /** The epoch whose weights these are; undefined before the first. */
  get epoch(): number | undefined {
    return this.#epoch
  }

  /** By name, in the network's order. */
  get values(): ReadonlyMap<string, Float32Array> {
    return this.#values
  }

  /** Takes a copy of the weights as they are now. */
  async copy(epoch: number): Promise<void> {
    for (const { name, buffer } of this.#program.plan.parameters) {
      const view = this.#program.view?.(buffer) as Float32Array | undefined
      const kept = this.#values.get(name)
      if (view === undefined) this.#values.set(name, (await this.#program.read(buffer)).slice() as Float32Array)
      else if (kept === undefined) this.#values.set(name, view.slice())
      else kept.set(view)
    }
    this.#epoch = epoch
  }

  /** Takes over what a checkpoint holds. */
  restore(epoch: number, values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, each] of values) this.#values.set(name, each)
    this.#epoch = epoch
  }

  /** Puts the best weights into the program, and returns those that were there. */
  async exchange(): Promise<ReadonlyMap<string, Tensor>> {
    const before = new Map<string, Tensor>()
    const { plan } = this.#program
    for (const { name, buffer } of plan.parameters) {
      const values = (this.#program.view?.(buffer) ?? (await this.#program.read(buffer))).slice() as Float32Array
      before.set(name, { shape: plan.buffers[buffer]?.shape ?? [], values })
      this.#program.write(buffer, this.#values.get(name) as Float32Array)
    }
    return before
  }
}
