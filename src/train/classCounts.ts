/** How well a model does on images of one class each. */

import { ConfusionCounts } from '../core/confusion.ts'
import { exp } from '../core/math.ts'
import { CalibrationCounts } from './calibration.ts'
import type { ClassEvaluation, Evaluation } from './evaluation.ts'
import type { Measure } from './measures.ts'

/** Of fewer classes, the label of every image is among the best five. */
const fewestForTopFive = 6

/** Adds up image by image, in float64. */
export class ClassCounts {
  readonly #loss: Measure
  readonly #isProbability: boolean
  readonly #hits: number[]
  readonly #counts: number[]
  readonly #confusion: ConfusionCounts
  readonly #calibration = new CalibrationCounts()
  #sum = 0
  #invalid = 0
  #topFive = 0

  /** @param isProbability whether a network gives probabilities, and not scores */
  constructor(scores: number, loss: Measure, isProbability: boolean) {
    this.#loss = loss
    this.#isProbability = isProbability
    this.#hits = new Array<number>(scores).fill(0)
    this.#counts = new Array<number>(scores).fill(0)
    this.#confusion = new ConfusionCounts(scores)
  }

  /** What the network gives for an image, and its label: [1]. */
  add(row: Float32Array, target: ArrayLike<number>): void {
    const label = target[0] as number
    increase(this.#counts, label)
    if (row.some(Number.isNaN)) {
      // There is no best score, and no class may gain by it.
      this.#invalid++
      this.#sum = Number.NaN
      return
    }
    this.#sum += this.#loss(row, target)
    const predicted = argmax(row)
    this.#confusion.add(label, predicted)
    if (predicted === label) increase(this.#hits, label)
    if (isAmongBest(row, label, 5)) this.#topFive++
    const confidence = this.#isProbability ? (row[predicted] as number) : softmaxOf(row, predicted)
    // A score of ∞ is the best, and no probability.
    if (!Number.isNaN(confidence)) this.#calibration.add(confidence, predicted === label)
  }

  /** @param names of the scores */
  result(names: readonly string[] | undefined): Evaluation {
    const count = this.#counts.reduce((a, b) => a + b, 0)
    const calibration = this.#calibration.result()
    return {
      loss: this.#sum / count,
      accuracy: this.#hits.reduce((a, b) => a + b, 0) / count,
      ...(this.#counts.length >= fewestForTopFive && { topFiveAccuracy: this.#topFive / count }),
      ...(calibration && { calibration }),
      count,
      invalid: this.#invalid,
      perClass: this.#counts.map(
        (each, label): ClassEvaluation => ({
          label: names?.[label] ?? `${label}`,
          count: each,
          accuracy: each === 0 ? null : (this.#hits[label] as number) / each,
        }),
      ),
      confusion: this.#confusion.matrix(),
      pairs: this.#confusion.pairs(),
    }
  }
}

function increase(counts: number[], index: number): void {
  counts[index] = (counts[index] as number) + 1
}

/** Index of the greatest; the first of equals. No value may be NaN. */
function argmax(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i
  return best
}

/** The probability of the greatest score. */
function softmaxOf(scores: Float32Array, greatest: number): number {
  const highest = scores[greatest] as number
  let sum = 0
  for (let i = 0; i < scores.length; i++) sum += exp((scores[i] as number) - highest)
  return 1 / sum
}

/** Of equals, the first is better. */
function isAmongBest(values: Float32Array, index: number, most: number): boolean {
  const own = values[index] as number
  let better = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value > own || (value === own && i < index)) better++
  }
  return better < most
}
