/**
 * An ensemble: several models whose probabilities are averaged for each image. Models may have other networks, input sizes and
 * preprocessing; their classes must be the same by name. The members are added one after the other, so that only one of them, and
 * its images, have to be in memory.
 */

import { ArgumentError } from '../core/errors.ts'
import { log } from '../core/math.ts'
import { volumeSize } from '../core/shapes.ts'
import { listed } from '../core/text.ts'
import type { Split } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import { ClassCounts } from '../train/classCounts.ts'
import { DataMismatchError } from '../train/errors.ts'
import type { EvaluateOptions } from '../train/evaluateOptions.ts'
import type { Evaluation } from '../train/evaluation.ts'
import { loadLater } from '../train/loadLater.ts'

/** A probability that float32 would round to 0 has a finite loss. */
const tiny = 2 ** -149

/** What the members are compared by. */
interface Common {
  /** Of the first member, in the order of its scores; undefined where it has none. */
  readonly classes: readonly string[] | undefined
  /** [n], in the first member's order of classes */
  readonly labels: Uint16Array
  /** [n, classes]: sums of the members' probabilities. */
  readonly sums: Float64Array
}

export class Ensemble {
  #common: Common | undefined
  #members = 0

  /** Members that were added. */
  get members(): number {
    return this.#members
  }

  /**
   * Adds a model. Its split holds the same images as those of the members before, in the same order, prepared for this model.
   * Throws as `evaluate` does, and `DataMismatchError` where classes or images are not those of the members before.
   */
  async add(model: Model, split: Split, options: EvaluateOptions = {}): Promise<void> {
    const names = model.info.classes ?? options.classes ?? split.classes
    const width = volumeSize(model.output)
    const common = this.#common ?? {
      classes: names,
      labels: new Uint16Array(split.count),
      sums: new Float64Array(split.count * width),
    }
    const order = orderOf(common.classes, names, width, common.sums.length / common.labels.length)
    if (split.count !== common.labels.length) throw otherImages(`${split.count} images`, `${common.labels.length}`)
    // Counted only when all of its images are: a member that fails leaves the others as they were.
    const own = new Float32Array(common.sums.length)
    const labels = new Uint16Array(split.count)
    const { probabilitiesLoaded } = await loadLater()
    let image = 0
    await probabilitiesLoaded(model, split, options, (probabilities, label) => {
      for (let k = 0; k < width; k++) own[image * width + (order[k] as number)] = probabilities[k] as number
      labels[image++] = order[label] as number
    })
    if (this.#common === undefined) common.labels.set(labels)
    const other = labels.findIndex((label, i) => label !== common.labels[i])
    if (other >= 0) throw otherImages(`another label for image ${other + 1}`, 'the same images in the same order')
    for (let i = 0; i < own.length; i++) common.sums[i] = (common.sums[i] as number) + (own[i] as number)
    this.#common = common
    this.#members++
  }

  /**
   * How well the mean of the probabilities does. The loss is its cross-entropy. Throws `ArgumentError` where there is no member.
   */
  evaluate(): Evaluation {
    if (this.#common === undefined)
      throw new ArgumentError('the ensemble has no members', { expected: 'add(model, split) before evaluate()' })
    const { classes, labels, sums } = this.#common
    const width = sums.length / labels.length
    const loss = (row: Float32Array, { 0: label = 0 }: ArrayLike<number>) => -log(Math.max(row[label] as number, tiny))
    const counts = new ClassCounts(width, loss, true)
    labels.forEach((label, i) => {
      const row = Float32Array.from(sums.subarray(i * width, (i + 1) * width), (sum) => sum / this.#members)
      counts.add(row, [label])
    })
    return counts.result(classes)
  }
}

/** Where each score of a member belongs among the first member's. */
function orderOf(
  first: readonly string[] | undefined,
  names: readonly string[] | undefined,
  scores: number,
  wanted: number,
): readonly number[] {
  const asTheyAre = Array.from({ length: scores }, (_, k) => k)
  if (scores !== wanted) throw otherClasses(`${scores} classes`, `${wanted}, as in the first model`)
  if (first === undefined || names === undefined) return asTheyAre
  const places = new Map(first.map((name, place) => [name, place]))
  const unknown = names.filter((name) => !places.has(name))
  if (unknown.length > 0) throw otherClasses(listed(unknown), `those of the first model: ${listed(first)}`)
  return names.map((name) => places.get(name) as number)
}

function otherClasses(received: string, expected: string): DataMismatchError {
  return new DataMismatchError('the models of an ensemble must have the same classes', { received, expected })
}

function otherImages(received: string, expected: string): DataMismatchError {
  return new DataMismatchError('the members of an ensemble must predict the same images', { received, expected })
}
