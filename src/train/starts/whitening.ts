/**
 * Filters that whiten patches of images: the eigenvectors of the patches' covariance, each divided by the root of its
 * eigenvalue, and their negatives, as a rectifier behind them keeps one sign each (Page 2018, "How to train your ResNet";
 * Jordan 2024). As there, no mean is taken away: the images are normalized.
 */

import type { Volume } from '../../core/shapes.ts'
import { symmetricEigen } from './eigen.ts'

/** Sums of products of patches, [F·F·C, F·F·C], over images that are added. */
export class PatchCovariance {
  readonly #kernel: readonly [number, number]
  readonly #volume: Volume
  readonly side: number
  readonly #sums: Float64Array
  #patches = 0

  constructor(kernel: readonly [number, number], volume: Volume) {
    this.#kernel = kernel
    this.#volume = volume
    this.side = kernel[0] * kernel[1] * volume.channels
    this.#sums = new Float64Array(this.side * this.side)
  }

  /** One image [h, w, c]: every patch that lies within it. */
  add(image: Float32Array): void {
    const { height, width, channels } = this.#volume
    const [rows, columns] = this.#kernel
    const { side } = this
    const row = columns * channels
    const patch = new Float64Array(side)
    for (let y = 0; y + rows <= height; y++)
      for (let x = 0; x + columns <= width; x++) {
        for (let i = 0; i < rows; i++) {
          const from = ((y + i) * width + x) * channels
          for (let k = 0; k < row; k++) patch[i * row + k] = image[from + k] as number
        }
        for (let a = 0; a < side; a++) {
          const value = patch[a] as number
          for (let b = 0; b <= a; b++) {
            const at = a * side + b
            this.#sums[at] = (this.#sums[at] as number) + value * (patch[b] as number)
          }
        }
        this.#patches++
      }
  }

  get matrix(): Float64Array {
    const { side } = this
    const matrix = new Float64Array(side * side)
    for (let a = 0; a < side; a++)
      for (let b = 0; b <= a; b++) {
        const mean = (this.#sums[a * side + b] as number) / this.#patches
        matrix[a * side + b] = mean
        matrix[b * side + a] = mean
      }
    return matrix
  }
}

/**
 * Writes the filters [F·F·C, K]: the directions by falling variance, then their negatives, as many as there are filters.
 * Filters beyond both stay as they are. Gives the number of filters that were written.
 */
export function fillWhitening(filters: Float32Array, covariance: PatchCovariance, epsilon: number): number {
  const { side } = covariance
  const columns = filters.length / side
  const { values, vectors } = symmetricEigen(covariance.matrix, side)
  const written = Math.min(columns, 2 * side)
  for (let column = 0; column < written; column++) {
    const at = column % side
    const factor = (column < side ? 1 : -1) / Math.sqrt(Math.max(0, values[at] as number) + epsilon)
    vectors[at]?.forEach((value, row) => {
      filters[row * columns + column] = factor * value
    })
  }
  return written
}
