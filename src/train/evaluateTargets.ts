/** How well a model does on images whose targets are labels, of which several may apply, or numbers. */

import type { Evaluation } from './evaluation.ts'
import type { Evaluated } from './measures.ts'

/** Adds up image by image, in float64. */
export class TargetCounts {
  readonly #evaluated: Evaluated
  /** By label: images where it applies, and images where what is said of it is right. */
  readonly #applies: number[]
  readonly #right: number[]
  #count = 0
  #exact = 0
  #invalid = 0
  #loss = 0
  #error = 0

  /** @param width values that the network gives for an image */
  constructor(evaluated: Evaluated, width: number) {
    this.#evaluated = evaluated
    this.#applies = new Array<number>(width).fill(0)
    this.#right = new Array<number>(width).fill(0)
  }

  /** What the network gives for an image, and its targets. */
  add(values: Float32Array, targets: Float32Array): void {
    this.#count++
    const { compares, border, loss } = this.#evaluated
    let right = 0
    for (let i = 0; i < values.length; i++) {
      const [value, target] = [values[i] as number, targets[i] as number]
      this.#error += Math.abs(value - target) / values.length
      if (compares === 'numbers') continue
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
      return { ...common, accuracy: Number.NaN, meanError: this.#error / count, perClass: [] }
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
}
