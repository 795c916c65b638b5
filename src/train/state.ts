/**
 * Where a training stands: the little that a checkpoint holds besides the arrays. Order, augmentation, dropout and
 * learning rate are functions of seed and step, so the number of steps is all there is to remember of them.
 */

import { either, list, literal, number, object, optional, type Schema, string } from '../core/schema.ts'
import { type BestEpoch, bestEpochOf, watchedOf } from './best.ts'
import { type EpochRecord, emptyTally, type MetricsRecord, type Tally } from './metrics.ts'
import type { Smoothed } from './progress.ts'

/** What a checkpoint says of it. Its size does not grow with the training. */
export interface StateSummary {
  /** Steps finished. */
  step: number
  /** Epochs finished, their evaluation included. */
  epochs: number
  /** Of training and evaluating in earlier sessions. */
  seconds: number
  /** Over the current epoch. */
  epoch: Tally
  /** Since the last record. */
  interval: Tally
  smoothed: Smoothed
  /** Mean loss of the first step. */
  firstLoss?: number | undefined
  /** The epoch with the lowest loss. */
  lowest?: BestEpoch | undefined
  /** The epoch whose weights are kept as the best. */
  best?: BestEpoch | undefined
  /** Where the training diverged after this point: with the same settings it will do so again. */
  diverged?: { readonly step: number; readonly message: string } | undefined
}

export interface TrainState extends StateSummary {
  /** All of them; of a training that was resumed without its history, those since then. */
  records: MetricsRecord[]
}

export function newState(): TrainState {
  return {
    step: 0,
    epochs: 0,
    seconds: 0,
    epoch: emptyTally(),
    interval: emptyTally(),
    smoothed: { loss: 0, accuracy: 0, weight: 0 },
    records: [],
  }
}

/** The epochs that are wholly finished, their evaluation included. */
export function historyOf({ records }: Pick<TrainState, 'records'>): readonly EpochRecord[] {
  return records.filter((record) => record.kind === 'epoch')
}

const whole = number({ whole: true, min: 0 })
const share = number({ min: 0, max: 1 })
const tally = object({ loss: number(), hits: whole, count: whole })
const common = {
  epoch: whole,
  step: whole,
  loss: number(),
  accuracy: optional(share),
  rate: number(),
  seconds: number(),
  waited: optional(number({ min: 0 })),
}
const evaluated = {
  validationLoss: optional(number()),
  validationAccuracy: optional(share),
  testLoss: optional(number()),
  testAccuracy: optional(share),
  plainLoss: optional(number()),
  plainAccuracy: optional(share),
}
const summary = object({
  name: string,
  shape: list(whole, { max: 8 }),
  norm: number({ min: 0 }),
  ratio: optional(number({ min: 0 })),
  min: number(),
  max: number(),
  mean: number(),
  deviation: number({ min: 0 }),
  counts: list(whole, { min: 1, max: 64 }),
})
/** A record: a line of the history and of the metrics. */
export const recordSchema = either(
  object({ kind: literal('step'), ...common }),
  either(
    object({ kind: literal('weights'), epoch: whole, step: whole, weights: list(summary, { max: 100_000 }) }),
    object({ kind: literal('epoch'), ...common, ...evaluated }),
  ),
)

const standing = {
  step: whole,
  seconds: number({ min: 0 }),
  epoch: tally,
  interval: tally,
  smoothed: object({ loss: number(), accuracy: number(), weight: share }),
}
const bestEpoch = object({
  epoch: whole,
  loss: number(),
  accuracy: optional(share),
  split: either(literal('validation'), literal('test')),
})

export interface SavedState extends StateSummary {
  /** The records that belong to it: how many, and their checksum. */
  readonly history: { readonly records: number; readonly checksum: string }
}

/** What a checkpoint must hold. */
export const stateSchema: Schema<unknown> = object({
  ...standing,
  epochs: whole,
  firstLoss: optional(number()),
  lowest: optional(bestEpoch),
  best: optional(bestEpoch),
  diverged: optional(object({ step: whole, message: string })),
  history: object({ records: whole, checksum: string }),
})

/** What it held in version 1: all records, and of the best epoch only its number. */
export const firstStateSchema: Schema<unknown> = object({
  ...standing,
  records: list(recordSchema, { max: 2_000_000 }),
  best: optional(whole),
})

interface FirstState extends Omit<StateSummary, 'best' | 'epochs'> {
  readonly records: MetricsRecord[]
  readonly best?: number
}

/** A state of version 1 as it is now. */
export function fromFirst({ records, best, ...rest }: FirstState): TrainState {
  const history = historyOf({ records })
  const lowest = bestEpochOf(history)
  const kept = best === undefined ? undefined : history[best - 1]
  return {
    ...rest,
    epochs: history.length,
    ...(lowest && { lowest }),
    ...(kept && { best: watchedOf(kept) }),
    records,
  }
}
