/**
 * Calibration: whether images that a model is 80 % sure of are right 80 % of the time. The expected calibration error (ECE) is the
 * mean distance of confidence and accuracy over bins of equal width, each weighted by its images (Naeini et al. 2015; Guo et
 * al. 2017, "On Calibration of Modern Neural Networks", with 15 bins).
 */

export interface CalibrationBin {
  /** Probabilities of the predicted class in (from, to]. */
  readonly from: number
  readonly to: number
  /** Images in the bin. */
  readonly count: number
  /** Mean probability of the predicted class; null for an empty bin. */
  readonly confidence: number | null
  /** Share of the images that were predicted correctly; null for an empty bin. */
  readonly accuracy: number | null
}

export interface Calibration {
  /** ECE, 0 to 1. */
  readonly error: number
  /** Mean probability of the predicted class, over all images with a prediction. */
  readonly confidence: number
  readonly bins: readonly CalibrationBin[]
}

const binCount = 15

export class CalibrationCounts {
  readonly #counts = new Float64Array(binCount)
  readonly #sums = new Float64Array(binCount)
  readonly #hits = new Float64Array(binCount)

  /** @param confidence probability of the predicted class */
  add(confidence: number, isRight: boolean): void {
    const bin = Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1))
    this.#counts[bin] = (this.#counts[bin] as number) + 1
    this.#sums[bin] = (this.#sums[bin] as number) + confidence
    if (isRight) this.#hits[bin] = (this.#hits[bin] as number) + 1
  }

  /** Undefined where there is no prediction. */
  result(): Calibration | undefined {
    const all = this.#counts.reduce((a, b) => a + b, 0)
    if (all === 0) return undefined
    let error = 0
    for (let i = 0; i < binCount; i++) error += Math.abs((this.#sums[i] as number) - (this.#hits[i] as number)) / all
    return {
      error,
      confidence: this.#sums.reduce((a, b) => a + b, 0) / all,
      bins: [...this.#counts].map((count, i) => ({
        from: i / binCount,
        to: (i + 1) / binCount,
        count,
        confidence: count === 0 ? null : (this.#sums[i] as number) / count,
        accuracy: count === 0 ? null : (this.#hits[i] as number) / count,
      })),
    }
  }
}
