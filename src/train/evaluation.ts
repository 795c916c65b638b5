/** What an evaluation finds. */

import type { ConfusionMatrix, ConfusionPair } from '../core/confusion.ts'
import type { Calibration } from './calibration.ts'

export interface Evaluation {
  /** Mean of the network's loss (cross-entropy in nats), without label smoothing and class weights. NaN where a picture is invalid. */
  readonly loss: number
  /**
   * Share of the pictures whose best score is the label's, 0 to 1; where several labels apply, share of the pictures that are
   * right in all of them. NaN for numbers.
   */
  readonly accuracy: number
  /** Share of the pictures whose label is among the five best scores; of six classes or more. */
  readonly topFiveAccuracy?: number
  /** Whether the probabilities are those of being right. Undefined where pictures have no class, or none has a prediction. */
  readonly calibration?: Calibration
  /** Where several labels apply: share of all labels of all pictures that are right, 0 to 1. */
  readonly labelAccuracy?: number
  /** Of numbers: mean distance from the target, over all numbers of all pictures. */
  readonly meanError?: number
  /** Of numbers: a row for each, in the model's order. None where the target is the image. */
  readonly perNumber?: readonly NumberEvaluation[]
  /** Pictures, invalid ones included. */
  readonly count: number
  /** Pictures with a score of NaN: they count as wrong. */
  readonly invalid: number
  /** A row per score, in the model's order; none for numbers. */
  readonly perClass: readonly ClassEvaluation[]
  /**
   * [actual][predicted] → pictures, without the invalid ones; in the model's order. Undefined for more than 1024 classes:
   * `pairs` has the same numbers. Undefined, too, where pictures have no class.
   */
  readonly confusion: ConfusionMatrix | undefined
  /** The numbers of the confusion matrix that are not 0, by actual and then by predicted class. */
  readonly pairs: readonly ConfusionPair[]
}

export interface ClassEvaluation {
  /** The class's name, or its index where it has none. */
  readonly label: string
  /** Pictures, invalid ones included. */
  readonly count: number
  /**
   * Recall: the share of its pictures that were predicted correctly; null if it has none. Where several labels apply: the
   * share of all pictures for which the label is right.
   */
  readonly accuracy: number | null
}

/** How well one number is found, in its own unit. */
export interface NumberEvaluation {
  /** Its name, or its index where it has none. */
  readonly label: string
  /** Mean distance from the target. */
  readonly meanError: number
  /** Root of the mean squared distance. */
  readonly rootMeanSquare: number
  /** Standard deviation of the targets: the root mean square error of whoever always answers their mean. */
  readonly deviation: number
  /**
   * Coefficient of determination, 1 − (rootMeanSquare / deviation)²: 1 for no error, 0 for the error of the mean, below 0 for
   * more. Null where all targets are the same.
   */
  readonly explained: number | null
}
