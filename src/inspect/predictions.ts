/** What a model says about pictures: the likeliest classes, and the mistakes that it was surest of. */

import { volumeSize } from '../core/index.ts'
import { Batches, type Normalization, type Split } from '../data/index.ts'
import type { Model } from '../model/index.ts'
import { layerOf } from '../network/index.ts'
import type { Picture } from './png.ts'

export interface Prediction {
  /** The class's name, or its index where it has none. */
  readonly label: string
  readonly index: number
  /** 0 to 1 */
  readonly probability: number
}

/** The `most` likeliest classes of one picture, likeliest first, from what `predict` gave for it. */
export function topPredictions(model: Model, scores: Float32Array, most: number): readonly Prediction[] {
  const probabilities = toProbabilities(model, scores)
  return [...probabilities]
    .map((probability, index) => ({ label: labelOf(model, index), index, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, most)
}

function labelOf({ info }: Model, index: number): string {
  return info.classes?.[index] ?? `${index}`
}

/** Softmax of the scores, unless the last layer has taken it already. */
function toProbabilities({ network }: Model, scores: Float32Array): Float64Array {
  const last = network.nodes.at(-1)
  if (last !== undefined && layerOf(last).distribution === true) return Float64Array.from(scores)
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const powers = Float64Array.from(scores, (score) => Math.exp(score - highest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

export interface MistakenPicture {
  readonly picture: Picture
  readonly actual: string
  readonly predicted: string
  /** What the network gave its answer, 0 to 1. */
  readonly probability: number
}

export interface MistakesOptions {
  readonly normalization: Normalization
  /** How many to show. */
  readonly most: number
  /** How many pictures of the split to look at, from the first. */
  readonly among: number
}

/** The pictures of a split that the model takes for something else, surest first. */
export async function surestMistakes(
  model: Model,
  split: Split,
  { normalization, most, among }: MistakesOptions,
): Promise<readonly MistakenPicture[]> {
  const count = Math.min(among, split.count)
  const batch = Math.min(256, count)
  const batches = new Batches(split, { batch, normalization, shuffle: false })
  const images = new Float32Array(batch * volumeSize(model.input))
  const labels = new Int32Array(batch)
  const scores = volumeSize(model.output)
  const found: { index: number; actual: number; predicted: Prediction }[] = []
  for (let step = 0; step * batch < count; step++) {
    const filled = Math.min(batches.fill(0, step, images, labels), count - step * batch)
    const results = await model.predict(images.subarray(0, filled * volumeSize(model.input)))
    for (let i = 0; i < filled; i++) {
      const [predicted] = topPredictions(model, results.subarray(i * scores, (i + 1) * scores), 1)
      const actual = labels[i] as number
      if (predicted !== undefined && predicted.index !== actual)
        found.push({ index: step * batch + i, actual, predicted })
    }
  }
  return found
    .sort((a, b) => b.predicted.probability - a.predicted.probability)
    .slice(0, most)
    .map(({ index, actual, predicted }) => ({
      picture: pictureOf(split, index),
      actual: labelOf(model, actual),
      predicted: predicted.label,
      probability: predicted.probability,
    }))
}

/** A picture of a split as it is: grey, or in color. */
export function pictureOf({ images, height, width, channels }: Split, index: number): Picture {
  const pixels = new Uint8Array(4 * height * width)
  const from = index * height * width * channels
  for (let p = 0; p < height * width; p++) {
    for (let c = 0; c < 3; c++) pixels[4 * p + c] = images[from + p * channels + (channels < 3 ? 0 : c)] as number
    pixels[4 * p + 3] = 255
  }
  return { width, height, pixels }
}
