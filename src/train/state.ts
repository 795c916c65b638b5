/**
 * Where a training stands: the little that a checkpoint holds besides the arrays. Order, augmentation, dropout and
 * learning rate are functions of seed and step, so the number of steps is all there is to remember of them.
 */

import * as z from 'zod'
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

const whole = z.number().int().min(0)
const share = z.number().min(0).max(1)
const tally = z.strictObject({ loss: z.number(), hits: whole, count: whole })
const common = { epoch: whole, step: whole, loss: z.number(), accuracy: share, rate: z.number(), seconds: z.number() }
const evaluated = {
  validationLoss: z.number().optional(),
  validationAccuracy: share.optional(),
  testLoss: z.number().optional(),
  testAccuracy: share.optional(),
}
const record = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('step'), ...common }),
  z.strictObject({ kind: z.literal('epoch'), ...common, ...evaluated }),
])

/** What a checkpoint must hold. */
export const stateSchema: z.ZodType<TrainState> = z.strictObject({
  step: whole,
  seconds: z.number().min(0),
  epoch: tally,
  interval: tally,
  smoothed: z.strictObject({ loss: z.number(), accuracy: z.number(), weight: share }),
  records: z.array(record).max(2_000_000),
  best: whole.optional(),
})
