/**
 * The matrices of F(m, 3), y = Aᵀ[(G·g) ⊙ (Bᵀ·d)], by the construction of Toom and Cook from their points (and ∞):
 * lines.as.ts has the same as straight code. From them comes how much larger than a plain sum's the error may be.
 */

import type { Direction } from '../choice.ts'
import type { ResultSide } from './tiling.ts'

type Matrix = readonly (readonly number[])[]

export interface WinogradMatrices {
  /** [m + 2, m + 2] */
  readonly input: Matrix
  /** [m + 2, 3] */
  readonly filter: Matrix
  /** [m, m + 2] */
  readonly output: Matrix
}

const points: Readonly<Record<ResultSide, readonly number[]>> = {
  2: [0, 1, -1],
  4: [0, 5 / 8, -5 / 8, 3 / 2, -3 / 2],
}

export function winogradMatrices(m: ResultSide): WinogradMatrices {
  const finite = points[m]
  const side = m + 2
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, power) => point ** power)
  /** Coefficients of Π (x − p), lowest first, to `side` of them. */
  const polynomial = (roots: readonly number[]) => {
    let product = [1]
    for (const root of roots) product = [...product, 0].map((_, i) => (product[i - 1] ?? 0) - root * (product[i] ?? 0))
    return Array.from({ length: side }, (_, i) => product[i] ?? 0)
  }
  const others = (point: number) => finite.filter((other) => other !== point)
  const norm = (point: number) => others(point).reduce((product, other) => product * (point - other), 1)
  const last = (count: number) => Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : 0))
  const evaluations = [...finite.map((point) => powers(point, m)), last(m)]
  return {
    input: [...finite.map((point) => polynomial(others(point))), polynomial(finite)],
    filter: [...finite.map((point) => powers(point, 3).map((power) => power / norm(point))), last(3)],
    output: Array.from({ length: m }, (_, i) => evaluations.map((row) => row[i] ?? 0)),
  }
}

const magnitudes = (matrix: Matrix) => matrix.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0))

/** The largest row of |left|·(a ⊙ b), as a multiple of the `terms` that a plain sum adds up. */
function growth(left: Matrix, a: readonly number[], b: readonly number[], terms: number): number {
  const rows = left.map((row) => row.reduce((sum, value, i) => sum + Math.abs(value) * (a[i] ?? 0) * (b[i] ?? 0), 0))
  return Math.max(...rows) / terms
}

/**
 * How much larger than a plain sum's the rounding error may be. Each rounding is relative to what is rounded; with
 * values of at most 1 a plain sum of 9·C products meets magnitudes of up to 9·C, Winograd's of up to 9·C times the
 * square (two dimensions) of max |Aᵀ|·(|G|·1 ⊙ |Bᵀ|·1) / 3. The filter gradient is the transposed algorithm, Gᵀ[(A·y) ⊙
 * (Bᵀ·d)], with 4 (m) terms in a line. A worst case: measured errors are some hundred times smaller, as those of plain
 * sums are.
 */
export function winogradAmplification(m: ResultSide, direction: Direction): number {
  const { input, filter, output } = winogradMatrices(m)
  const transposed = (matrix: Matrix) => (matrix[0] ?? []).map((_, i) => matrix.map((row) => row[i] ?? 0))
  const line =
    direction === 'filterGradient'
      ? growth(transposed(filter), magnitudes(transposed(output)), magnitudes(input), m)
      : growth(output, magnitudes(filter), magnitudes(input), 3)
  return line * line
}
