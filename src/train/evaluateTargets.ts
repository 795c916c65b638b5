/** How well a model does on images whose targets are labels, of which several may apply, or numbers. */

import type { Evaluation, NumberEvaluation } from './evaluation.ts'
import type { Evaluated } from './measures.ts'

interface Sums {
  distance: number
  square: number
  mean: number
  spread: number
}

/** Adds up image by image, in float64. */
export class TargetCounts {
  readonly #evaluated: Evaluated
  readonly #isImage: boolean
  /** By label: images where it applies, and images where what is said of it is right. */
  readonly #applies: number[]
  readonly #right: number[]
  #count = 0
  #exact = 0
  #invalid = 0
  #loss = 0
  #error = 0
  /** By number: sums of the distances and of their squares, and the mean and spread of the targets (Welford 1962). */
  readonly #sums: readonly Sums[]

  /**
   * @param width values that the network gives for an image
   * @param isImage they are compared with the image itself, and have no names
   */
  constructor(evaluated: Evaluated, width: number, isImage = false) {
    this.#evaluated = evaluated
    this.#isImage = isImage
    this.#applies = new Array<number>(width).fill(0)
    this.#right = new Array<number>(width).fill(0)
    this.#sums = Array.from({ length: width }, () => ({ distance: 0, square: 0, mean: 0, spread: 0 }))
  }

  /** What the network gives for an image, and its targets. */
  add(values: Float32Array, targets: Float32Array): void {
    this.#count++
    const { compares, border, loss } = this.#evaluated
    let right = 0
    for (let i = 0; i < values.length; i++) {
      const [value, target] = [values[i] as number, targets[i] as number]
      const distance = Math.abs(value - target)
      this.#error += distance / values.length
      if (compares === 'numbers') {
        const sums = this.#sums[i] as Sums
        const off = target - sums.mean
        sums.distance += distance
        sums.square += distance ** 2
        sums.mean += off / this.#count
        sums.spread += off * (target - sums.mean)
        continue
      }
      if (target > 0.5) this.#applies[i] = (this.#applies[i] as number) + 1
      if (Number.isNaN(value) || value > border !== target > 0.5) continue
      this.#right[i] = (this.#right[i] as number) + 1
      right++
    }
    if (values.some(Number.isNaN)) this.#invalid++
    if (compares === 'labels' && right === values.length) this.#exact++
    this.#loss += values.some(Number.isNaN) ? Number.NaN : loss(values, targets)
  }

  result(names: readonly string[] | undefined): Evaluation {
    const count = this.#count
    const common = { loss: this.#loss / count, count, invalid: this.#invalid, confusion: undefined, pairs: [] }
    if (this.#evaluated.compares === 'numbers') {
      const perNumber = this.#isImage ? undefined : this.#sums.map((_, i) => this.#number(i, names?.[i] ?? `${i}`))
      const meanError = this.#error / count
      return { ...common, accuracy: Number.NaN, meanError, ...(perNumber && { perNumber }), perClass: [] }
    }
    const right = this.#right.reduce((a, b) => a + b, 0)
    return {
      ...common,
      accuracy: this.#exact / count,
      labelAccuracy: right / (count * this.#right.length),
      perClass: this.#right.map((each, i) => ({
        label: names?.[i] ?? `${i}`,
        count: this.#applies[i] as number,
        accuracy: each / count,
      })),
    }
  }

  #number(i: number, label: string): NumberEvaluation {
    const { distance, square, spread } = this.#sums[i] as Sums
    const count = this.#count
    return {
      label,
      meanError: distance / count,
      rootMeanSquare: Math.sqrt(square / count),
      deviation: Math.sqrt(spread / count),
      explained: spread > 0 ? 1 - square / spread : null,
    }
  }
}
