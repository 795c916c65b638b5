/** What the model makes of test images: how many to take, and each image's own probabilities. */

import { volumeSize } from 'lenslet/core'
import { normalizationTable, pickFrom, readPictures, type Split } from 'lenslet/data'
import type { Model } from 'lenslet/model'
import type { Judged, JudgeQuestion } from './messages.ts'

/** Images spread evenly over a split, in its order; the split itself where it has no more. */
export function sampleOf(split: Split, count: number): Split {
  if (split.count <= count) return split
  return pick(
    split,
    Uint32Array.from({ length: count }, (_, i) => Math.floor((i * split.count) / count)),
  )
}

function pick(split: Split, indexes: Uint32Array): Split {
  const size = volumeSize(split)
  const labels = Uint16Array.from(indexes, (index) => split.labels[index] as number)
  const { targets, features: _, ...rest } = split
  const width = targets === undefined ? 0 : targets.length / split.count
  const picked = {
    ...rest,
    count: indexes.length,
    labels,
    ...(targets !== undefined && {
      targets: Float32Array.from(
        [...indexes].flatMap((index) => [...targets.subarray(index * width, (index + 1) * width)]),
      ),
    }),
  }
  if (split.store !== undefined) return { ...picked, store: pickFrom(split.store, indexes) }
  const images = new Uint8Array(indexes.length * size)
  indexes.forEach((index, i) => {
    images.set(split.images.subarray(index * size, (index + 1) * size), i * size)
  })
  return { ...picked, images }
}

/** Images that are predicted at once. */
const together = 64

/**
 * The images of a cell of the confusion matrix, the surest first; or the worst mistakes: those whose own class the model
 * holds for least probable.
 *
 * @param between runs a part of the work when the weights are whole
 */
export async function judge(
  model: Model,
  split: Split,
  { cell, most }: JudgeQuestion,
  between: <T>(use: () => Promise<T>) => Promise<T>,
): Promise<readonly Judged[]> {
  const scores = volumeSize(model.output)
  const found: Omit<Judged, 'pixels'>[] = []
  for (let from = 0; from < split.count; from += together) {
    const indexes = Array.from({ length: Math.min(together, split.count - from) }, (_, i) => from + i)
    const { images } = await readPictures(split, indexes)
    const all = await between(() => model.predict(normalized(model, split, images)))
    indexes.forEach((index, i) => {
      const actual = split.labels[index] as number
      const shares = probabilitiesOf(all.subarray(i * scores, (i + 1) * scores))
      const predicted = shares.indexOf(Math.max(...shares))
      const isWanted =
        cell === undefined ? predicted !== actual : cell.actual === actual && cell.predicted === predicted
      if (isWanted) found.push({ index, actual, predicted, probability: shares[actual] ?? 0 })
    })
  }
  const order = cell !== undefined && cell.actual === cell.predicted ? -1 : 1
  const chosen = found.sort((a, b) => order * (a.probability - b.probability)).slice(0, most)
  const { images } = await readPictures(
    split,
    chosen.map(({ index }) => index),
  )
  const size = volumeSize(split)
  return chosen.map((each, i) => ({
    ...each,
    pixels: rgbaOf(images.subarray(i * size, (i + 1) * size), split.channels),
  }))
}

function normalized(model: Model, { channels }: Split, images: Uint8Array): Float32Array {
  const { normalization } = model.info
  // As `Model.classify` takes a model that has none.
  if (normalization === undefined) return Float32Array.from(images, (value) => (value / 255 - 0.5) / 0.5)
  const table = normalizationTable(normalization)
  return Float32Array.from(images, (value, i) => table[(i % channels) * 256 + value] as number)
}

/** Of a network that ends with SOFTMAX, its values; of any other, the softmax of its scores. */
export function probabilitiesOf(scores: Float32Array): number[] {
  const values = [...scores]
  const sum = values.reduce((a, b) => a + b, 0)
  // Rounded in float32, a distribution sums to 1 within a few units of the last place for each class.
  if (values.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) < 1e-6 * values.length + 1e-5)
    return values
  const highest = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - highest))
  const total = powers.reduce((a, b) => a + b, 0)
  return powers.map((value) => value / total)
}

/** One channel is grey; of more than three, the first three are shown. */
export function rgbaOf(image: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const count = image.length / channels
  const pixels = new Uint8ClampedArray(4 * count)
  for (let i = 0; i < count; i++) {
    for (let color = 0; color < 3; color++)
      pixels[4 * i + color] = image[i * channels + (channels < 3 ? 0 : color)] as number
    pixels[4 * i + 3] = 255
  }
  return pixels
}
