/**
 * How well a model does on pictures with labels: loss, accuracy, each class, and the confusion matrix; or, where its loss
 * compares with labels of which several apply or with numbers, by those.
 */

import type { Split } from '../data/dataset.ts'
import { type Model, predictionsOf } from '../model/model.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'
import type { Evaluation } from './evaluation.ts'
import { loadLater } from './loadLater.ts'

/**
 * Runs all images of a split through the model. Sums are in float64 and in the split's order. All images see the same
 * weights: a training of the model waits until the evaluation has ended.
 *
 * Classes are matched by name: a split may have the model's classes in another order, or only some of them. Rows and columns
 * of the result are in the model's order. Names are missing where a split was made by hand without `classes`, or where
 * the model has none (`model.info.classes`): then label i means score i, which nothing can check.
 *
 * Throws `DataMismatchError` for pictures of another size or a class that the model does not know, `LabelRangeError`, or
 * `ArgumentError` where no normalization is known or there is no picture.
 */
export async function evaluate(model: Model, split: Split, options: EvaluateOptions = {}): Promise<Evaluation> {
  // All of it with the same weights: a training of the model waits meanwhile, also for the part.
  return predictionsOf(model)(async (predict) => (await loadLater()).evaluateBy(predict, model, split, options))
}
