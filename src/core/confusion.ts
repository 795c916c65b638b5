/**
 * Which class was predicted for images of which: the confusion matrix, counted by the pairs that occur. Classes squared would
 * be 7 GB for 30,000 classes; the pairs are never more than the images.
 */

/** Images of one class that were predicted to be of one class, the same or another. */
export interface ConfusionPair {
  /** Index of a score. */
  readonly actual: number
  /** Index of a score. */
  readonly predicted: number
  /** Images, at least 1. */
  readonly count: number
}

/** [actual][predicted] → images */
export type ConfusionMatrix = readonly (readonly number[])[]

/** A matrix of more classes is left out: 8 MB. */
const mostClassesInMatrix = 1024

export class ConfusionCounts {
  readonly #classes: number
  /** By actual · classes + predicted. */
  readonly #counts = new Map<number, number>()

  constructor(classes: number) {
    this.#classes = classes
  }

  add(actual: number, predicted: number): void {
    const key = actual * this.#classes + predicted
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  /** By actual class, then by predicted class. */
  pairs(): readonly ConfusionPair[] {
    return [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([key, count]) => ({ actual: Math.floor(key / this.#classes), predicted: key % this.#classes, count }))
  }

  /** Undefined for more than 1024 classes. */
  matrix(): ConfusionMatrix | undefined {
    if (this.#classes > mostClassesInMatrix) return undefined
    const rows = Array.from({ length: this.#classes }, () => new Array<number>(this.#classes).fill(0))
    for (const { actual, predicted, count } of this.pairs()) (rows[actual] as number[])[predicted] = count
    return rows
  }
}

/** The pairs of a matrix, or the pairs themselves. */
export function pairsOf(confusion: ConfusionMatrix | readonly ConfusionPair[]): readonly ConfusionPair[] {
  return confusion.flatMap((row: readonly number[] | ConfusionPair, actual) =>
    'count' in row ? [row] : row.flatMap((count, predicted) => (count === 0 ? [] : [{ actual, predicted, count }])),
  )
}
