/** What a model predicts for pictures: the most probable classes, and the most confident mistakes. */

import { findNotFinite } from '../core/finite.ts'
import { volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { type Model, predictionsOf } from '../model/model.ts'
import { likeliest, toProbabilities } from '../model/probabilities.ts'
import { matchSplit } from '../train/match.ts'

export interface Prediction {
  /** The class's name, or its index where it has none. */
  readonly label: string
  readonly index: number
  /** 0 to 1 */
  readonly probability: number
}

/** The `most` likeliest classes of one picture, likeliest first, from the [classes] that `predict` gave for it. */
export function topPredictions(
  model: Pick<Model, 'network' | 'info'>,
  scores: Float32Array,
  most: number,
): readonly Prediction[] {
  const probabilities = toProbabilities(model.network, scores)
  return likeliest(probabilities, most).map((index) => ({
    label: labelOf(model, index),
    index,
    probability: probabilities[index] as number,
  }))
}

export function labelOf({ info }: Pick<Model, 'info'>, index: number): string {
  return info.classes?.[index] ?? `${index}`
}

/** A picture that the model takes for another class. */
export interface Misclassification {
  /** The picture's place in the split. */
  readonly index: number
  readonly actual: string
  readonly predicted: string
  /** Of the predicted class, 0 to 1. */
  readonly probability: number
}

export interface MisclassificationsOptions {
  readonly normalization: Normalization
  /** How many to return at most. */
  readonly most: number
  /** How many pictures of the split to look at, from the first. */
  readonly among: number
}

/**
 * The pictures of a split that the model takes for another class, surest first. Classes are matched by name, as in
 * `evaluate`, with the same errors.
 */
export async function surestMistakes(
  model: Model,
  split: Split,
  { normalization, most, among }: MisclassificationsOptions,
): Promise<readonly Misclassification[]> {
  const found: { index: number; actual: number; predicted: Prediction }[] = []
  await eachPrediction(model, split, { normalization, among }, (index, actual, scores) => {
    const [predicted] = topPredictions(model, scores, 1)
    if (predicted !== undefined && predicted.index !== actual) found.push({ index, actual, predicted })
  })
  return found
    .sort((a, b) => b.predicted.probability - a.predicted.probability)
    .slice(0, most)
    .map(({ index, actual, predicted }) => ({
      index,
      actual: labelOf(model, actual),
      predicted: predicted.label,
      probability: predicted.probability,
    }))
}

/**
 * Calls `visit` with the number, the class and the scores of each picture, in order; pictures with a score that is not finite
 * are left out, as nothing is predicted for them. All see the same weights. Throws as `evaluate` does.
 */
export async function eachPrediction(
  model: Model,
  split: Split,
  { normalization, among }: Pick<MisclassificationsOptions, 'normalization' | 'among'>,
  visit: (index: number, actual: number, scores: Float32Array) => void,
): Promise<void> {
  const count = Math.min(among, split.count)
  const batch = Math.min(256, count)
  const batches = new Batches(matchSplit(model, split, 'the images'), { batch, normalization, shuffle: false })
  const images = new Float32Array(batch * volumeSize(model.input))
  const labels = new Int32Array(batch)
  const scores = volumeSize(model.output)
  await predictionsOf(model)(async (predict) => {
    for (let step = 0; step * batch < count; step++) {
      await batches.ready(0, step)
      const filled = Math.min(batches.fill(0, step, images, labels), count - step * batch)
      const results = await predict(images.subarray(0, filled * volumeSize(model.input)))
      for (let i = 0; i < filled; i++) {
        const row = results.subarray(i * scores, (i + 1) * scores)
        if (findNotFinite(row) === -1) visit(step * batch + i, labels[i] as number, row)
      }
    }
  })
}
