/**
 * Filters that point in nearly the same direction, so that one of them would do (or in the opposite one, which a ReLU does
 * not make the same, but a sign does). All pairs are compared by short sketches first (count sketch, Charikar, Chen and
 * Farach-Colton 2002), as 4,096 templates of 25,088 values would take minutes.
 */

import { Random } from '../core/random.ts'

export interface SimilarPair {
  readonly a: number
  readonly b: number
  /** −1 to 1: of the angle between them. */
  readonly cosine: number
}

export interface SimilarPairs {
  /** The most similar first, at most 100. */
  readonly pairs: readonly SimilarPair[]
  /** How many pairs there are; of more than 10,000, the first ones. */
  readonly found: number
  /** Filters that were compared with each other: the first 4,096, where there are more. */
  readonly compared: number
  /** False where filters or pairs were left out. */
  readonly isComplete: boolean
}

const mostPairs = 100
/** Time grows with the square: half a second for this many. */
const mostFilters = 4096
const mostFound = 10_000
const sketchLength = 64

/**
 * @param values [length, K]
 * @param norms [K]; filters of 0 or that are not finite are like no other
 * @param similarity least magnitude of the cosine, from 0.9
 */
export function similarFilters(values: Float32Array, norms: Float64Array, similarity: number): SimilarPairs {
  const count = norms.length
  const compared = Math.min(count, mostFilters)
  const length = values.length / count
  // Single numbers have no direction.
  if (length < 2) return { pairs: [], found: 0, compared: count, isComplete: true }
  const isExact = length <= 2 * sketchLength
  const width = isExact ? length : sketchLength
  const rows = isExact ? unit(values, norms, compared) : sketch(values, norms, compared)
  const squares = Float64Array.from({ length: compared }, (_, a) => dot(rows, a * width, a * width, width))
  // For unit vectors, |a·b| ≥ s means ‖a ∓ b‖² ≤ 2 − 2s. A sketch keeps that square in the mean, with a relative deviation
  // of √(2/64): five deviations more lose next to no pair.
  const slack = (1 - similarity) * (isExact ? 1 : 1 + 5 * Math.sqrt(2 / sketchLength)) + 1e-9
  const found: SimilarPair[] = []
  for (let a = 0; a < compared && found.length < mostFound; a++) {
    if (!isDirected(norms[a] as number)) continue
    for (let b = a + 1; b < compared && found.length < mostFound; b++) {
      if (!isDirected(norms[b] as number)) continue
      const rough = dot(rows, a * width, b * width, width)
      if (Math.abs(rough) < ((squares[a] as number) + (squares[b] as number)) / 2 - slack) continue
      const cosine = cosineOf(values, count, norms, a, b)
      if (Math.abs(cosine) >= similarity - 1e-9) found.push({ a, b, cosine })
    }
  }
  const isComplete = compared === count && found.length < mostFound
  return { pairs: found.sort(bySimilarity).slice(0, mostPairs), found: found.length, compared, isComplete }
}

const bySimilarity = (x: SimilarPair, y: SimilarPair) =>
  Math.abs(y.cosine) - Math.abs(x.cosine) || x.a - y.a || x.b - y.b
const isDirected = (norm: number) => norm > 0 && Number.isFinite(norm)

function dot(values: Float64Array, a: number, b: number, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += (values[a + i] as number) * (values[b + i] as number)
  return sum
}

/** Each filter as a row of norm 1. */
function unit(values: Float32Array, norms: Float64Array, compared: number): Float64Array {
  const count = norms.length
  const length = values.length / count
  const rows = new Float64Array(compared * length)
  for (let filter = 0; filter < compared; filter++)
    for (let i = 0; i < length; i++)
      rows[filter * length + i] = (values[i * count + filter] as number) / (norms[filter] as number)
  return rows
}

/** Each filter of norm 1 as a row of 64 sums: every value is added to one of them, or subtracted. */
function sketch(values: Float32Array, norms: Float64Array, compared: number): Float64Array {
  const count = norms.length
  const random = Random.seeded(0, 'similar filters')
  const rows = new Float64Array(compared * sketchLength)
  for (let i = 0; i < values.length / count; i++) {
    const bits = random.uint32()
    const [slot, sign] = [bits & (sketchLength - 1), bits & 64 ? 1 : -1]
    for (let filter = 0; filter < compared; filter++) {
      const at = filter * sketchLength + slot
      rows[at] = (rows[at] as number) + (sign * (values[i * count + filter] as number)) / (norms[filter] as number)
    }
  }
  return rows
}

function cosineOf(values: Float32Array, count: number, norms: Float64Array, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < values.length; i += count) sum += (values[i + a] as number) * (values[i + b] as number)
  return sum / ((norms[a] as number) * (norms[b] as number))
}
