/**
 * The images of a split that are hardest for a model: wrong and sure of it, and, right or wrong, hardly sure between two
 * classes; as a whole and by class. Wrong labels usually show up among the first, unclear images among the second.
 */

import { checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import type { Model } from '../model/model.ts'
import { eachPrediction, labelOf, type Misclassification, topPredictions } from './predictions.ts'

export interface HardImagesOptions {
  readonly normalization: Normalization
  /** How many to return of each kind at most. Default 18. */
  readonly most?: number | undefined
  /** How many for each class at most. Default 4. */
  readonly each?: number | undefined
  /** How many images of the split to look at, from the first. Default: all. */
  readonly among?: number | undefined
}

export interface HardImage extends Misclassification {
  /** Numbers of the classes among the scores. */
  readonly actualIndex: number
  readonly predictedIndex: number
  /** The second most probable class. Absent where the model knows only one. */
  readonly second?: { readonly label: string; readonly probability: number }
}

export interface HardClass {
  readonly label: string
  /** Images of this class that were looked at, and how many were predicted as another one. */
  readonly count: number
  readonly wrong: number
  /** Surest first. */
  readonly mistakes: readonly HardImage[]
}

export interface HardImages {
  /** Predicted as another class, surest first. */
  readonly mistakes: readonly HardImage[]
  /** The two most probable classes are closest, right or wrong; closest first. */
  readonly unsure: readonly HardImage[]
  /** The classes with mistakes, the largest share of mistakes first. */
  readonly classes: readonly HardClass[]
  /** Images that were looked at. */
  readonly among: number
}

/**
 * Classes are matched by name, as in `evaluate`, with the same errors. Memory does not grow with the number of images.
 */
export async function hardImages(model: Model, split: Split, options: HardImagesOptions): Promise<HardImages> {
  checkOptions<HardImagesOptions>('hardImages', options, { normalization: true, most: true, each: true, among: true })
  const { normalization, most = 18, each = 4, among = split.count } = options
  checkWhole('most', most, 0, 100_000)
  checkWhole('each', each, 0, 10_000)
  checkWhole('among', among, 0, 2 ** 31)
  const count = Math.min(among, split.count)
  if (count === 0) return { mistakes: [], unsure: [], classes: [], among: 0 }
  const mistakes = new Best<HardImage>(most, ({ probability }) => probability)
  const unsure = new Best<HardImage>(most, ({ probability, second }) => (second?.probability ?? -1) - probability)
  const classes = new Map<number, { count: number; wrong: number; best: Best<HardImage> }>()
  await eachPrediction(model, split, { normalization, among: count }, (index, actualIndex, scores) => {
    const [first, next] = topPredictions(model, scores, 2)
    if (first === undefined) return
    const image: HardImage = {
      index,
      actual: labelOf(model, actualIndex),
      actualIndex,
      predicted: first.label,
      predictedIndex: first.index,
      probability: first.probability,
      ...(next !== undefined && { second: { label: next.label, probability: next.probability } }),
    }
    const one = classes.get(actualIndex) ?? { count: 0, wrong: 0, best: new Best(each, mistakes.rank) }
    classes.set(actualIndex, one)
    one.count++
    if (next !== undefined) unsure.add(image)
    if (first.index === actualIndex) return
    one.wrong++
    one.best.add(image)
    mistakes.add(image)
  })
  const worst = [...classes]
    .filter(([, { wrong }]) => wrong > 0)
    .sort(([a, x], [b, y]) => y.wrong / y.count - x.wrong / x.count || a - b)
  return {
    mistakes: mistakes.items,
    unsure: unsure.items,
    classes: worst.map(([index, { count: all, wrong, best }]) => ({
      label: labelOf(model, index),
      count: all,
      wrong,
      mistakes: best.items,
    })),
    among: count,
  }
}

/** The items with the highest ranks, highest first; of equal ones those that came first. */
class Best<T> {
  readonly items: T[] = []
  readonly rank: (item: T) => number
  readonly #most: number

  constructor(most: number, rank: (item: T) => number) {
    this.#most = most
    this.rank = rank
  }

  add(item: T): void {
    const rank = this.rank(item)
    const at = this.items.findIndex((other) => rank > this.rank(other))
    if (at < 0 && this.items.length >= this.#most) return
    this.items.splice(at < 0 ? this.items.length : at, 0, item)
    if (this.items.length > this.#most) this.items.pop()
  }
}
