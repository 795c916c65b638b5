/**
 * Principal components: the orthogonal directions in which points vary most. By subspace iteration from random directions
 * (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1): only a few directions are wanted of maybe thousands, and a
 * library's full decomposition of 2,000 × 512 values took 5 to 15 seconds where this takes a fraction of one.
 */

import { Random } from '../core/random.ts'

export interface PrincipalComponents {
  /** [k, d], of norm 1; the largest value of each is positive. */
  readonly directions: Float64Array
  /** [n, k]: the points along these directions, from their mean. */
  readonly scores: Float64Array
  /** [k]: along each direction, largest first, and of the points as a whole. */
  readonly variances: Float64Array
  readonly variance: number
}

/** Directions that are iterated beside those that are wanted: they take up what would mix into the last ones. */
const beside = 8

/**
 * @param points [n, d]
 * @param wanted k; fewer where there are fewer points or dimensions
 * @param rounds more give directions that are closer to the exact ones
 */
export function principalComponents(
  points: ArrayLike<number>,
  n: number,
  d: number,
  wanted: number,
  { seed = 0, rounds = 30 } = {},
): PrincipalComponents {
  const k = Math.min(wanted, n, d)
  const width = Math.min(k + beside, n, d)
  const centered = center(points, n, d)
  const random = Random.seeded(seed, 'principal components')
  const basis = Array.from({ length: width }, () => Float64Array.from({ length: d }, () => random.normal()))
  orthonormalize(basis)
  for (let round = 0; round < rounds; round++) {
    basis.forEach((direction, index) => {
      basis[index] = timesTransposed(centered, times(centered, direction, n, d), d)
    })
    orthonormalize(basis)
  }
  const along = basis.map((direction) => times(centered, direction, n, d))
  const { values, vectors } = symmetricEigen(along.map((a) => along.map((b) => dot(a, b) / n)))
  const directions = new Float64Array(k * d)
  const scores = new Float64Array(n * k)
  for (let component = 0; component < k; component++) {
    const weights = vectors[component] as Float64Array
    const direction = mixed(basis, weights)
    const sign = (direction[peakOf(direction)] as number) < 0 ? -1 : 1
    directions.set(
      direction.map((value) => sign * value),
      component * d,
    )
    mixed(along, weights).forEach((score, point) => {
      scores[point * k + component] = sign * score
    })
  }
  const variance = centered.reduce((sum, value) => sum + value * value, 0) / n
  return { directions, scores, variances: Float64Array.from(values.slice(0, k)), variance }
}

function center(points: ArrayLike<number>, n: number, d: number): Float64Array {
  const means = new Float64Array(d)
  for (let i = 0; i < n * d; i++) means[i % d] = (means[i % d] as number) + (points[i] as number) / n
  return Float64Array.from({ length: n * d }, (_, i) => (points[i] as number) - (means[i % d] as number))
}

/** X·v, [n] */
function times(x: Float64Array, v: Float64Array, n: number, d: number): Float64Array {
  const result = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    let sum = 0
    for (let i = 0; i < d; i++) sum += (x[row * d + i] as number) * (v[i] as number)
    result[row] = sum
  }
  return result
}

/** Xᵀ·u, [d] */
function timesTransposed(x: Float64Array, u: Float64Array, d: number) {
  const result = new Float64Array(d)
  u.forEach((weight, row) => {
    for (let i = 0; i < d; i++) result[i] = (result[i] as number) + weight * (x[row * d + i] as number)
  })
  return result
}

/** Gram–Schmidt, twice, as once loses digits where vectors are close. A vector without a direction of its own becomes 0. */
function orthonormalize(vectors: Float64Array[]): void {
  vectors.forEach((vector, index) => {
    const length = Math.sqrt(dot(vector, vector))
    for (let pass = 0; pass < 2; pass++)
      for (const other of vectors.slice(0, index)) {
        const share = dot(vector, other)
        for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - share * (other[i] as number)
      }
    const left = Math.sqrt(dot(vector, vector))
    const scale = left > 1e-12 * length ? 1 / left : 0
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * scale
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function mixed(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const result = new Float64Array(vectors[0]?.length ?? 0)
  vectors.forEach((vector, index) => {
    for (let i = 0; i < result.length; i++) {
      result[i] = (result[i] as number) + (weights[index] as number) * (vector[i] as number)
    }
  })
  return result
}

/** Where the largest magnitude is. */
function peakOf(values: Float64Array): number {
  let peak = 0
  values.forEach((value, index) => {
    if (Math.abs(value) > Math.abs(values[peak] as number)) peak = index
  })
  return peak
}

/** Of a small symmetric matrix, by Jacobi's rotations; largest value first. */
function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: Float64Array[] } {
  const size = matrix.length
  const a = matrix.map((row) => Float64Array.from(row))
  const vectors = a.map((_, row) => Float64Array.from({ length: size }, (__, column) => (row === column ? 1 : 0)))
  const rotate = (rows: readonly Float64Array[], p: number, q: number, cos: number, sin: number) => {
    const [x, y] = [rows[p] as Float64Array, rows[q] as Float64Array]
    for (let i = 0; i < size; i++) {
      const [one, other] = [x[i] as number, y[i] as number]
      x[i] = cos * one - sin * other
      y[i] = sin * one + cos * other
    }
  }
  const rotateColumns = (p: number, q: number, cos: number, sin: number) => {
    for (const row of a) {
      const [one, other] = [row[p] as number, row[q] as number]
      row[p] = cos * one - sin * other
      row[q] = sin * one + cos * other
    }
  }
  for (let sweep = 0; sweep < 60; sweep++) {
    let largest = 0
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        const off = a[p]?.[q] as number
        const [first, second] = [a[p]?.[p] as number, a[q]?.[q] as number]
        const scale = Math.sqrt(Math.abs(first * second))
        if (Math.abs(off) <= 1e-15 * scale || off === 0) continue
        largest = Math.max(largest, Math.abs(off) / (scale || 1))
        const theta = (second - first) / (2 * off)
        const tan = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const cos = 1 / Math.sqrt(tan * tan + 1)
        rotate(a, p, q, cos, tan * cos)
        rotateColumns(p, q, cos, tan * cos)
        rotate(vectors, p, q, cos, tan * cos)
      }
    if (largest < 1e-14) break
  }
  const values = a.map((row, index) => row[index] as number)
  const order = values.map((_, index) => index).sort((x, y) => (values[y] as number) - (values[x] as number))
  return { values: order.map((at) => values[at] as number), vectors: order.map((at) => vectors[at] as Float64Array) }
}
