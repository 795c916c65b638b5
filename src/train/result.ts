/** The progress and the result of a training. */

import type { Tensor } from '../model/safetensors.ts'
import type { BestEpoch } from './best.ts'
import type { Evaluation } from './evaluation.ts'
import { means } from './metrics.ts'
import type { TrainSettings } from './options.ts'
import type { Pace, Progress, TrainResult, ViewedResult } from './progress.ts'
import { historyOf, type TrainState } from './state.ts'

export function standingOf(kind: Progress['kind'], state: TrainState, settings: TrainSettings, pace: Pace) {
  const { epochs, stepsPerEpoch, imagesPerStep } = settings
  const steps = epochs * stepsPerEpoch
  const { loss, accuracy, weight } = state.smoothed
  const mean = kind === 'step' ? { loss: loss / weight, accuracy: accuracy / weight } : means(state.epoch)
  const graded = settings.isGraded ? mean : { ...mean, accuracy: Number.NaN }
  const evaluations = settings.evaluate === 'epoch' ? epochs - state.epochs : 0
  return {
    epoch: Math.max(1, Math.ceil(state.step / stepsPerEpoch)),
    epochs,
    step: state.step,
    steps,
    stepInEpoch: state.step === 0 ? 0 : ((state.step - 1) % stepsPerEpoch) + 1,
    stepsPerEpoch,
    ...graded,
    imagesPerSecond: pace.recent(),
    secondsLeft: pace.left((steps - state.step) * imagesPerStep, evaluations),
  }
}

export interface Ending {
  readonly stopped: TrainResult['stopped']
  readonly keptEpoch: number
  readonly lastWeights: ReadonlyMap<string, Tensor> | undefined
  /** Of the weights that are kept, on the test pictures, where they were evaluated in this session. */
  readonly test: Evaluation | undefined
  readonly viewed: ViewedResult | undefined
  readonly best: BestEpoch | undefined
  readonly imagesPerSecond: number
  readonly isGraded: boolean
}

export function resultOf(state: TrainState, ending: Ending): TrainResult {
  const { stopped, keptEpoch, lastWeights, test, viewed, best, imagesPerSecond, isGraded } = ending
  const history = historyOf(state)
  // With `evaluate: 'end'`, or after an abort, the last epoch that was evaluated is the last word.
  const evaluated = history.findLast(
    (record) => record.epoch <= keptEpoch && (record.validationLoss ?? record.testLoss) !== undefined,
  )
  const { testLoss = test?.loss, testAccuracy = test?.accuracy, validationLoss, validationAccuracy } = evaluated ?? {}
  const { loss, accuracy } = means(state.epoch)
  return {
    epochs: state.epochs,
    steps: state.step,
    seconds: state.seconds,
    trainLoss: loss,
    trainAccuracy: isGraded ? accuracy : Number.NaN,
    ...(testLoss !== undefined && { testLoss, testAccuracy }),
    ...(validationLoss !== undefined && { validationLoss, validationAccuracy }),
    ...(viewed && { viewed }),
    ...(best && { best }),
    keptEpoch,
    ...(lastWeights && { lastWeights }),
    imagesPerSecond,
    ...(stopped && { stopped }),
    history,
    records: state.records,
  }
}
