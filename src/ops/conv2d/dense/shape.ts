/** A convolution whose filter covers the whole picture, as a matrix product. */

import type { Conv2dWork } from '../work.ts'

/** rows × terms times terms × columns. */
export interface DenseShape {
  readonly rows: number
  readonly terms: number
  readonly columns: number
}

/** [n, F·F·C]·[F·F·C, K] */
export function denseShape({ batch, window, channels, filters }: Conv2dWork): DenseShape {
  return { rows: batch, terms: window.kernel[0] * window.kernel[1] * channels, columns: filters }
}
