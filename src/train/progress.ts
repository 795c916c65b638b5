/** Progress of a training: position, losses, speed, remaining time. */

import type { Tensor } from '../model/safetensors.ts'
import type { BestEpoch, WatchedSplit } from './best.ts'
import type { Evaluation } from './evaluation.ts'
import type { EpochRecord, MetricsRecord } from './metrics.ts'

/** Where a training stands. `kind` narrows it: `evaluation` is there with `epoch` and `done`, `result` with `done`. */
export type Progress = StepProgress | EpochProgress | DoneProgress

/** Comes about ten times a second. */
export interface StepProgress extends Standing {
  readonly kind: 'step'
  readonly evaluation?: undefined
  readonly result?: undefined
}

/** Comes after each epoch. */
export interface EpochProgress extends Standing, Evaluated {
  readonly kind: 'epoch'
  readonly result?: undefined
}

/** Comes once, at the end. */
export interface DoneProgress extends Standing, Evaluated {
  readonly kind: 'done'
  readonly result: TrainResult
}

interface Evaluated {
  /**
   * Of the weights that the model now has. Where they were not evaluated (`evaluate: 'end'` or `'never'`, a data set
   * without test pictures, an abort), `count` is 0, and loss and accuracy are NaN.
   */
  readonly evaluation: Evaluation
  /** The split that was evaluated; undefined where none was. */
  readonly evaluatedOn?: WatchedSplit | undefined
}

interface Standing {
  /** The current epoch, or the one just finished; from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Steps finished, over all epochs. */
  readonly step: number
  /** Of the whole training. */
  readonly steps: number
  readonly stepInEpoch: number
  readonly stepsPerEpoch: number
  /** Mean over about the last hundred steps; with `epoch` and `done` over the whole epoch. */
  readonly loss: number
  /** 0 to 1, on the training pictures as they were shown; averaged as the loss. NaN for a loss of numbers. */
  readonly accuracy: number
  /** Learning rate of the last step. */
  readonly rate: number
  /** Of the last seconds, evaluation not counted. */
  readonly imagesPerSecond: number
  /** Until the last epoch is trained and evaluated. */
  readonly secondsLeft: number
  /** The epoch with the lowest validation loss so far (test loss where there is no validation split). */
  readonly best?: BestEpoch | undefined
  /** All so far, as in the metrics file; the list grows while the training goes on. */
  readonly records: readonly MetricsRecord[]
  /** Path of a checkpoint that was written since the last progress. */
  readonly checkpoint?: string
  /** With the first progress after resuming: what is worth knowing, a sentence for each. */
  readonly notices?: readonly string[]
}

export interface TrainResult {
  /** Epochs finished, over all sessions. */
  readonly epochs: number
  readonly steps: number
  /** Of training and evaluating, over all sessions. */
  readonly seconds: number
  /** Mean over the last epoch as far as it went; with label smoothing and dropout. */
  readonly trainLoss: number
  readonly trainAccuracy: number
  /** Of the weights that the model now has, as far as they were evaluated. */
  readonly testLoss?: number | undefined
  readonly testAccuracy?: number | undefined
  readonly validationLoss?: number | undefined
  readonly validationAccuracy?: number | undefined
  /** With the option `views`: of the same weights, averaged over the views. */
  readonly viewed?: ViewedResult | undefined
  /** The epoch with the lowest validation loss (test loss where there is no validation split). */
  readonly best?: BestEpoch | undefined
  /** The model now has the weights of this epoch: the best one with `keep: 'best'`, else the last. */
  readonly keptEpoch: number
  /** With `keep: 'best'`: the last epoch's weights, where another epoch was better. */
  readonly lastWeights?: ReadonlyMap<string, Tensor> | undefined
  /** Of this session, evaluation not counted. */
  readonly imagesPerSecond: number
  /** Why it ended before its last epoch: the signal, or early stopping. */
  readonly stopped?: 'aborted' | 'early' | undefined
  /** One an epoch; after resuming without the records of the checkpoint, only those since then. */
  readonly history: readonly EpochRecord[]
  /** All records, as in the metrics file; those of `history` are among them. */
  readonly records: readonly MetricsRecord[]
}

/** An evaluation with test views. */
export interface ViewedResult {
  readonly views: string
  readonly loss: number
  /** 0 to 1 */
  readonly accuracy: number
  readonly split: WatchedSplit
}

/** Where there is nothing to evaluate. */
export const noEvaluation: Evaluation = {
  loss: Number.NaN,
  accuracy: Number.NaN,
  count: 0,
  invalid: 0,
  perClass: [],
  confusion: [],
  pairs: [],
}

/** Bias-corrected exponential mean: about the last hundred steps count. */
export interface Smoothed {
  loss: number
  accuracy: number
  /** Sum of the weights so far; 0 at the start, towards 1. */
  weight: number
}

const keep = 0.98

export function smooth(mean: Smoothed, loss: number, accuracy: number): void {
  mean.loss = keep * mean.loss + (1 - keep) * loss
  mean.accuracy = keep * mean.accuracy + (1 - keep) * accuracy
  mean.weight = keep * mean.weight + (1 - keep)
}

/** Times of one session: training and evaluation apart, so that neither spoils the other's rate. */
export class Pace {
  readonly #now: () => number
  /** [time, images] marks of the last seconds of training; time stands still while evaluating. */
  readonly #marks: [seconds: number, images: number][] = [[0, 0]]
  #last: number
  #training = 0
  #images = 0
  #evaluating = 0
  #evaluations = 0

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.#last = now()
  }

  /** Seconds of training and evaluating in this session. */
  get seconds(): number {
    return this.#training + this.#evaluating
  }

  /** Images per second of training over the whole session. */
  get average(): number {
    return this.#training > 0 ? this.#images / this.#training : 0
  }

  /** Counts images trained since the last call. */
  trained(images: number): void {
    this.#training += this.#elapsed()
    this.#images += images
  }

  /** Since the last call, there was an evaluation. */
  evaluated(): void {
    this.#evaluating += this.#elapsed()
    this.#evaluations++
  }

  /** Images per second over the last five seconds or so. Moves the window. */
  recent(): number {
    const marks = this.#marks
    marks.push([this.#training, this.#images])
    while (marks.length > 2 && this.#training - (marks[1]?.[0] ?? 0) > 5) marks.shift()
    const [seconds, images] = marks[0] as [number, number]
    return this.#training > seconds ? (this.#images - images) / (this.#training - seconds) : 0
  }

  /** Seconds until this many images are trained and this many evaluations made; an evaluation not yet seen counts nothing. */
  left(images: number, evaluations: number): number {
    const rate = this.average
    const each = this.#evaluations > 0 ? this.#evaluating / this.#evaluations : 0
    return (rate > 0 ? images / rate : 0) + evaluations * each
  }

  #elapsed(): number {
    const now = this.#now()
    const seconds = (now - this.#last) / 1000
    this.#last = now
    return seconds
  }
}
