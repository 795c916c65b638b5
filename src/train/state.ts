/**
 * Where a training stands: the little that a checkpoint holds besides the arrays. Order, augmentation, dropout and
 * learning rate are functions of seed and step, so the number of steps is all there is to remember of them.
 */

import { either, list, literal, number, object, optional, type Schema } from '../core/schema.ts'
import { type EpochRecord, emptyTally, type MetricsRecord, type Tally } from './metrics.ts'
import type { Smoothed } from './progress.ts'

export interface TrainState {
  /** Steps finished. */
  step: number
  /** Of training and evaluating in earlier sessions. */
  seconds: number
  /** Over the current epoch. */
  epoch: Tally
  /** Since the last record. */
  interval: Tally
  smoothed: Smoothed
  records: MetricsRecord[]
  /** The epoch whose weights are kept as the best. */
  best?: number | undefined
}

export function newState(): TrainState {
  return {
    step: 0,
    seconds: 0,
    epoch: emptyTally(),
    interval: emptyTally(),
    smoothed: { loss: 0, accuracy: 0, weight: 0 },
    records: [],
  }
}

/** The epochs that are wholly finished, their evaluation included. */
export function historyOf({ records }: TrainState): readonly EpochRecord[] {
  return records.filter((record) => record.kind === 'epoch')
}

const whole = number({ whole: true, min: 0 })
const share = number({ min: 0, max: 1 })
const tally = object({ loss: number(), hits: whole, count: whole })
const common = { epoch: whole, step: whole, loss: number(), accuracy: share, rate: number(), seconds: number() }
const evaluated = {
  validationLoss: optional(number()),
  validationAccuracy: optional(share),
  testLoss: optional(number()),
  testAccuracy: optional(share),
}
const record = either(
  object({ kind: literal('step'), ...common }),
  object({ kind: literal('epoch'), ...common, ...evaluated }),
)

/** What a checkpoint must hold. */
export const stateSchema: Schema<SavedState> = object({
  step: whole,
  seconds: number({ min: 0 }),
  epoch: tally,
  interval: tally,
  smoothed: object({ loss: number(), accuracy: number(), weight: share }),
  records: list(record, { max: 2_000_000 }),
  best: optional(whole),
})

type SavedState = Readonly<Omit<TrainState, 'records'>> & { readonly records: readonly unknown[] }
