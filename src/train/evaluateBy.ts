/**
 * The evaluation itself: images in portions, sums in float64 and in the split's order. Reached by a dynamic import, and by
 * the training loop, so that a page that does neither does not load it.
 */

import { ConfusionCounts } from '../core/confusion.ts'
import { ArgumentError } from '../core/errors.ts'
import { checkOptions, printKind } from '../core/options.ts'
import { volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import type { Split } from '../data/dataset.ts'
import { type Model, predictionsOf } from '../model/model.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'
import { TargetCounts } from './evaluateTargets.ts'
import type { ClassEvaluation, Evaluation } from './evaluation.ts'
import { matchSplit } from './match.ts'
import { measureOf } from './measures.ts'

/** Pictures that are normalized and predicted at a time: at most this many, and fewer where they or their scores are many. */
const portion = 256
const portionBytes = 2 ** 24

/** `evaluate`, where this module is loaded already. */
export async function evaluateLoaded(model: Model, split: Split, options: EvaluateOptions): Promise<Evaluation> {
  return predictionsOf(model)(async (predict) => evaluateBy(predict, model, split, options))
}

/** @param predict with the same weights for all images */
export async function evaluateBy(
  predict: (images: Float32Array) => Promise<Float32Array>,
  model: Model,
  split: Split,
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkIsSplit(split)
  checkOptions<EvaluateOptions>('evaluate', options, { normalization: true, classes: true, signal: true })
  const { normalization = model.info.normalization, classes = split.classes, signal } = options
  if (normalization === undefined) {
    throw new ArgumentError('no normalization is known for the images', {
      received: 'a model without normalization',
      expected: '{ normalization: { mean, std } }',
      advice: 'pass the normalization of the data set that the model was trained on',
    })
  }
  const matched = matchSplit(model, split, 'the images', classes)
  if (split.count === 0) {
    throw new ArgumentError('there are no images to evaluate', {
      received: 'an empty split',
      expected: 'at least one image',
    })
  }
  const scores = volumeSize(model.output)
  const size = volumeSize(model.input)
  const batch = Math.min(portionOf(Math.max(size, scores)), split.count)
  const batches = new Batches(matched, { batch, normalization, shuffle: false })
  const images = new Float32Array(batch * size)
  const evaluated = measureOf(model.network)
  const isClass = evaluated.compares === 'class'
  const width = isClass ? 1 : scores
  const labels = isClass ? new Int32Array(batch) : new Float32Array(batch * width)
  const targetCounts = new TargetCounts(evaluated, scores)
  const confusion = new ConfusionCounts(isClass ? scores : 1)
  const hits = new Array<number>(isClass ? scores : 0).fill(0)
  const counts = new Array<number>(isClass ? scores : 0).fill(0)
  let invalid = 0
  let loss = 0
  for (let step = 0; step < batches.stepsPerEpoch; step++) {
    signal?.throwIfAborted()
    await batches.ready(0, step)
    const filled = batches.fill(0, step, images, labels)
    const results = await predict(images.subarray(0, filled * size))
    for (let i = 0; i < filled; i++) {
      const row = results.subarray(i * scores, (i + 1) * scores)
      const targets = labels.subarray(i * width, (i + 1) * width)
      if (!isClass) {
        targetCounts.add(row, targets as Float32Array)
        continue
      }
      const label = labels[i] as number
      add(counts, label)
      if (row.some(Number.isNaN)) {
        // There is no best score, and no class may gain by it.
        invalid++
        loss = Number.NaN
        continue
      }
      loss += evaluated.loss(row, targets)
      const predicted = argmax(row)
      confusion.add(label, predicted)
      if (predicted === label) add(hits, label)
    }
  }
  const names = model.info.classes ?? classes
  if (!isClass) return targetCounts.result(names)
  const perClass = counts.map(
    (count, label): ClassEvaluation => ({
      label: names?.[label] ?? `${label}`,
      count,
      accuracy: count === 0 ? null : (hits[label] as number) / count,
    }),
  )
  const { count } = split
  const accuracy = hits.reduce((a, b) => a + b, 0) / count
  const [matrix, pairs] = [confusion.matrix(), confusion.pairs()]
  return { loss: loss / count, accuracy, count, invalid, perClass, confusion: matrix, pairs }
}

function checkIsSplit(split: Partial<Split> | undefined): void {
  if (split?.labels !== undefined && split.images !== undefined) return
  throw new ArgumentError('not a split', {
    received: 'test' in (split ?? {}) ? 'a data set' : printKind(split),
    expected: '{ count, height, width, channels, images, labels }',
    advice: 'evaluate(model, dataset.test)',
  })
}

/** A power of two, so that batches of the usual sizes are filled. */
function portionOf(size: number): number {
  const fit = Math.max(1, Math.floor(portionBytes / (4 * size)))
  return Math.min(portion, 2 ** (31 - Math.clz32(fit)))
}

function add(counts: number[], index: number): void {
  counts[index] = (counts[index] as number) + 1
}

/** Index of the greatest; the first of equals. No value may be NaN. */
function argmax(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i
  return best
}
