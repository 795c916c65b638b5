/**
 * The evaluation itself: images in portions, sums in float64 and in the split's order. Reached by a dynamic import, and by
 * the training loop, so that a page that does neither does not load it.
 */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions, printKind } from '../core/options.ts'
import { volumeSize } from '../core/shapes.ts'
import type { Split } from '../data/dataset.ts'
import { type Model, predictionsOf } from '../model/model.ts'
import { toProbabilities } from '../model/probabilities.ts'
import type { Predict } from '../model/uses.ts'
import { ClassCounts } from './classCounts.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'
import { TargetCounts } from './evaluateTargets.ts'
import type { Evaluation } from './evaluation.ts'
import { givesDistribution } from './match.ts'
import { measureOf } from './measures.ts'
import { eachOutput, matchViewed, type OutputOptions, type Viewed } from './outputs.ts'

/** `evaluate`, where this module is loaded already. */
export async function evaluateLoaded(model: Model, split: Split, options: EvaluateOptions): Promise<Evaluation> {
  return predictionsOf(model)(async (predict) => evaluateBy(predict, model, split, options))
}

/** @param predict with the same weights for all images */
export async function evaluateBy(
  predict: Predict,
  model: Model,
  split: Split,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { viewed, classes, ...how } = checked(model, split, options)
  const scores = volumeSize(model.output)
  const evaluated = measureOf(model.network)
  const counts =
    evaluated.compares === 'class'
      ? new ClassCounts(scores, evaluated.loss, givesDistribution(model))
      : new TargetCounts(evaluated, scores, viewed.split.isTarget)
  await eachOutput(predict, model, viewed, how, (row, targets) => counts.add(row, targets as Float32Array))
  return counts.result(model.info.classes ?? classes)
}

/**
 * Calls `each` with the probabilities of every image by this model, [classes], and its label, in the split's order. Options and
 * errors are those of `evaluate`; a network whose images have no class is an `ArgumentError`.
 */
export async function probabilitiesLoaded(
  model: Model,
  split: Split,
  options: EvaluateOptions,
  each: (probabilities: Float64Array, label: number) => void,
): Promise<void> {
  const { viewed, ...how } = checked(model, split, options)
  const { compares } = measureOf(model.network)
  if (compares !== 'class') {
    throw new ArgumentError('images of one class each are needed', {
      received: `a network that is compared with ${compares}`,
      expected: 'a network whose scores are those of classes',
    })
  }
  await predictionsOf(model)((predict) =>
    eachOutput(predict, model, viewed, how, (row, target) =>
      each(toProbabilities(model.network, row), target[0] as number),
    ),
  )
}

interface Checked extends OutputOptions {
  readonly viewed: Viewed
  readonly classes: readonly string[] | undefined
}

function checked(model: Model, split: Split, options: EvaluateOptions): Checked {
  checkIsSplit(split)
  checkOptions<EvaluateOptions>('evaluate', options, {
    normalization: true,
    classes: true,
    views: true,
    average: true,
    progress: true,
    signal: true,
  })
  const { normalization = model.info.normalization, classes = split.classes, signal, progress } = options
  if (normalization === undefined) {
    throw new ArgumentError('no normalization is known for the images', {
      received: 'a model without normalization',
      expected: '{ normalization: { mean, std } }',
      advice: 'pass the normalization of the data set that the model was trained on',
    })
  }
  const viewed = matchViewed(model, split, options, 'the images', classes)
  if (split.count === 0) {
    throw new ArgumentError('there are no images to evaluate', {
      received: 'an empty split',
      expected: 'at least one image',
    })
  }
  return { viewed, normalization, classes, signal, progress }
}

function checkIsSplit(split: Partial<Split> | undefined): void {
  if (split?.labels !== undefined && split.images !== undefined) return
  throw new ArgumentError('not a split', {
    received: 'test' in (split ?? {}) ? 'a data set' : printKind(split),
    expected: '{ count, height, width, channels, images, labels }',
    advice: 'evaluate(model, dataset.test)',
  })
}
