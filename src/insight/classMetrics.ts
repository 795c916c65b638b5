/**
 * Precision, recall and F1 for each class, and their means: the standard measures of information retrieval (van
 * Rijsbergen, Information Retrieval, 1979), from a confusion matrix.
 */

import { pairsOf } from '../core/confusion.ts'
import type { Evaluation } from '../train/evaluation.ts'

/** A measure from 0 to 1, or null where it is undefined because its denominator is 0. */
export type Measure = number | null

export interface ClassMetrics {
  /** The class's name, or its index where it has none. */
  readonly label: string
  /** Pictures of this class, invalid ones included. */
  readonly support: number
  /** Of the pictures that were predicted to be of this class, the share that is. Null where there was none. */
  readonly precision: Measure
  /** Of the pictures of this class, the share that was predicted correctly. Null where there is none. */
  readonly recall: Measure
  /** 2·TP / (2·TP + FP + FN), the harmonic mean of both. Null where there is no picture and no prediction. */
  readonly f1: Measure
}

/** Means over the classes that have pictures: every such class counts the same, however many pictures it has. */
export interface MacroMetrics {
  readonly precision: Measure
  readonly recall: Measure
  readonly f1: Measure
}

/** An evaluation, or what is needed of it: a matrix, or its pairs. */
type Counted = Pick<Evaluation, 'perClass'> & Partial<Pick<Evaluation, 'confusion' | 'pairs'>>

/** A row per class, in the model's order. A picture with a score of NaN counts as not predicted correctly (a false negative). */
export function classMetrics({ perClass, confusion, pairs }: Counted): readonly ClassMetrics[] {
  const hitsOf = new Float64Array(perClass.length)
  const predictedOf = new Float64Array(perClass.length)
  for (const { actual, predicted, count } of pairsOf(confusion ?? pairs ?? [])) {
    predictedOf[predicted] = (predictedOf[predicted] as number) + count
    if (actual === predicted) hitsOf[actual] = count
  }
  return perClass.map(({ label, count: support }, index): ClassMetrics => {
    const [hits, predicted] = [hitsOf[index] as number, predictedOf[index] as number]
    return {
      label,
      support,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, predicted + support),
    }
  })
}

/**
 * A class that has pictures but was never predicted has no precision; it counts as 0 here, as in scikit-learn, or a model
 * would gain by never naming it. Null where no class has pictures.
 */
export function macroMetrics(rows: readonly ClassMetrics[]): MacroMetrics {
  const seen = rows.filter(({ support }) => support > 0)
  const mean = (of: (row: ClassMetrics) => Measure) =>
    ratio(
      seen.reduce((sum, row) => sum + (of(row) ?? 0), 0),
      seen.length,
    )
  return { precision: mean((row) => row.precision), recall: mean((row) => row.recall), f1: mean((row) => row.f1) }
}

function ratio(part: number, whole: number): Measure {
  return whole === 0 ? null : part / whole
}
