/** What a network gives for the images of a split, one after the other; averaged over views where there are several. */

import { ArgumentError } from '../core/errors.ts'
import { exp, log } from '../core/math.ts'
import { printVolume, sameVolume, type Volume, volumeSize } from '../core/shapes.ts'
import { writePlain } from '../data/augment/picture.ts'
import { Batches } from '../data/batches.ts'
import type { Split } from '../data/dataset.ts'
import { channelOffset, type Normalization, normalizationTable } from '../data/normalization.ts'
import { viewWriter, type WriteView } from '../data/viewPixels.ts'
import { type Average, type ViewSet, viewSet } from '../data/views.ts'
import type { Model } from '../model/model.ts'
import { toProbabilities } from '../model/probabilities.ts'
import type { Predict } from '../model/uses.ts'
import { layerOf } from '../network/network.ts'
import { outputNode } from '../network/training.ts'
import { DataMismatchError } from './errors.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'
import { matchSplit } from './match.ts'
import { measureOf } from './measures.ts'

/** Pictures that are normalized and predicted at a time: at most this many, and fewer where they or their scores are many. */
const portion = 256
const portionBytes = 2 ** 24

/** A split that fits a model, and the views of its images. */
export interface Viewed {
  readonly split: Split
  readonly views: ViewSet | undefined
}

export interface ViewOptions {
  readonly views?: string | undefined
  readonly average?: Average | undefined
}

/**
 * Matches a split with a model as `matchSplit` does; with views, its images may be larger than the input.
 * Throws as `matchSplit` does, and `ArgumentError` for invalid views.
 */
export function matchViewed(
  model: Model,
  split: Split,
  { views, average }: ViewOptions,
  where: string,
  classes = split.classes,
): Viewed {
  if (views === undefined || views === 'none') {
    if (average !== undefined) throw noViews(average)
    return { split: matchSplit(model, split, where, classes), views: undefined }
  }
  const set = viewSet(views, split, model.input, average)
  checkSizes(model.input, split, set, where)
  if (measureOf(model.network).compares === 'numbers') {
    throw new ArgumentError('views need images whose targets are classes or labels', {
      received: `views ${views}, for a network that is compared with numbers`,
      expected: 'no views: a mirrored or shifted image can have other numbers',
    })
  }
  // Labels and channels are matched as for images of the input's size, which the views have.
  const { height, width, channels } = split
  const matched = matchSplit(model, { ...split, ...model.input, channels }, where, classes)
  return { split: { ...matched, height, width }, views: set }
}

function noViews(average: Average): ArgumentError {
  return new ArgumentError('there is nothing to average', {
    received: `average: ${average}, without views`,
    expected: 'views, such as mirror',
  })
}

/** Shifts and mirror images have the size of the image, and only crops may be scaled. */
function checkSizes(input: Volume, split: Volume, { name, views }: ViewSet, where: string): void {
  const isWhole = views.every(({ height, width }) => height === split.height && width === split.width)
  if (split.channels === input.channels && (!isWhole || sameVolume(split, input))) return
  throw new DataMismatchError(`${where}: the images do not fit the network`, {
    received: `images of ${printVolume(split)}, with views ${name}`,
    expected: `the network's input, ${printVolume(input)}`,
    ...(split.channels === input.channels && { advice: 'crops10 or torch7 for images that are larger' }),
  })
}

export interface OutputOptions {
  readonly normalization: Normalization
  readonly signal?: AbortSignal | undefined
  readonly progress?: EvaluateOptions['progress']
}

/** Calls `each` with what the network gives for an image, and its targets, in the split's order. Both are overwritten. */
export async function eachOutput(
  predict: Predict,
  model: Model,
  { split, views }: Viewed,
  { normalization, signal, progress }: OutputOptions,
  each: (row: Float32Array, targets: Int32Array | Float32Array) => void,
): Promise<void> {
  const scores = volumeSize(model.output)
  const size = volumeSize(model.input)
  const batch = Math.min(portionOf(Math.max(size, scores)), split.count)
  const isClass = measureOf(model.network).compares === 'class'
  const width = isClass ? 1 : scores
  const images = new Float32Array(batch * size)
  const labels = isClass ? new Int32Array(batch) : new Float32Array(batch * width)
  // Of a split that is viewed, only the labels are taken from the batches.
  const batches = views === undefined ? new Batches(split, { batch, normalization, shuffle: false }) : undefined
  const averaged = views && averageBy(model, views.average)
  const write = views && (await viewWriter(views.views, model.input))
  const means = new Float64Array(views === undefined ? 0 : batch * scores)
  for (let first = 0, step = 0; first < split.count; first += batch, step++) {
    signal?.throwIfAborted()
    const filled = Math.min(batch, split.count - first)
    if (batches !== undefined) {
      await batches.ready(0, step)
      batches.fill(0, step, images, labels)
      const rows = await predict(images.subarray(0, filled * size))
      for (let i = 0; i < filled; i++)
        each(rows.subarray(i * scores, (i + 1) * scores), labels.subarray(i * width, (i + 1) * width))
      progress?.(first + filled, split.count)
      continue
    }
    const { views: all } = views as ViewSet
    const { forth, back } = averaged as Averaged
    const shown = { ...split, images: await imagesAt(split, first, filled) }
    const viewed = viewer(write as WriteView, model.input, shown, normalization, filled)
    means.fill(0)
    for (const [index, view] of all.entries()) {
      signal?.throwIfAborted()
      viewed(view, images)
      const rows = await predict(images.subarray(0, filled * size))
      for (let i = 0; i < filled; i++) {
        const values = forth(rows.subarray(i * scores, (i + 1) * scores))
        for (let k = 0; k < scores; k++)
          means[i * scores + k] = (means[i * scores + k] as number) + view.weight * (values[k] as number)
      }
      progress?.(first * all.length + (index + 1) * filled, split.count * all.length)
    }
    const given = split.targets ?? split.labels
    for (let i = 0; i < filled; i++) {
      for (let k = 0; k < width; k++) labels[k] = given[(first + i) * width + k] as number
      each(back(means.subarray(i * scores, (i + 1) * scores)), labels.subarray(0, width))
    }
  }
}

/** Bytes of some images, in order: all views are made of them. */
async function imagesAt(
  { images, store, height, width, channels }: Split,
  first: number,
  count: number,
): Promise<Uint8Array> {
  const size = height * width * channels
  if (store !== undefined) {
    const read = new Uint8Array(count * size)
    await store.read(
      Uint32Array.from({ length: count }, (_, i) => first + i),
      read,
    )
    return read
  }
  return images.subarray(first * size, (first + count) * size)
}

/** Writes one view of the first images as normalized floats. */
function viewer(write: WriteView, input: Volume, split: Split, normalization: Normalization, count: number) {
  const size = volumeSize(input)
  const bytes = new Uint8Array(count * size)
  const table = normalizationTable(normalization)
  const offset = channelOffset(normalization)
  const shown = { ...split, ...input, images: bytes }
  return (view: ViewSet['views'][number], into: Float32Array) => {
    for (let i = 0; i < count; i++) {
      write(split, i, view, bytes, i * size)
      writePlain(shown, table, offset, i * size, into, i * size)
    }
  }
}

interface Averaged {
  /** From what the network gives to what is averaged. */
  forth(row: Float32Array): ArrayLike<number>
  /** From the mean to what the network would give for it. */
  back(mean: Float64Array): Float32Array
}

const tiny = 2 ** -149
const logOf = (probability: number) => log(Math.max(probability, tiny))

function averageBy({ network }: Model, average: Average): Averaged {
  const { distribution } = layerOf(outputNode(network))
  const isOfLabels = measureOf(network).compares === 'labels'
  const gives = distribution === (isOfLabels ? 'labels' : 'classes') ? 'probabilities' : 'scores'
  if (average === gives) return { forth: (row) => row, back: (mean) => Float32Array.from(mean) }
  // The logit of a label; up to a constant, which changes nothing, the logarithm of a class.
  const logit = (p: number) => (isOfLabels ? logOf(p) - logOf(1 - p) : logOf(p))
  if (average === 'probabilities') {
    return { forth: (row) => toProbabilities(network, row), back: (mean) => Float32Array.from(mean, logit) }
  }
  return {
    forth: (row) => Float64Array.from(row, logit),
    back: isOfLabels ? (mean) => Float32Array.from(mean, (score) => 1 / (1 + exp(-score))) : softmax,
  }
}

function softmax(scores: Float64Array): Float32Array {
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const powers = Float64Array.from(scores, (score) => exp(score - highest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return Float32Array.from(powers, (power) => power / sum)
}

/** A power of two, so that batches of the usual sizes are filled. */
function portionOf(size: number): number {
  const fit = Math.max(1, Math.floor(portionBytes / (4 * size)))
  return Math.min(portion, 2 ** (31 - Math.clz32(fit)))
}
