/**
 * Random numbers without state: each depends on nothing but (key, position, draw), so that a resumed run draws the same, and
 * a picture can be made again out of order. Only arithmetic that ECMAScript defines to the bit, so Node and pages agree.
 */
import { cosPi, exp, log } from '../core/math.ts'

/** 32 bits: murmur3's finalizer, twice, over the mixed counters. */
function draw32(key: number, position: number, draw: number): number {
  let h = mix(key ^ Math.imul(position + 1, 0x9e3779b9))
  h = mix(h ^ Math.imul(draw + 1, 0x85ebca6b))
  return h >>> 0
}

function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Uniform integer in [0, below). */
export function drawInteger(key: number, position: number, draw: number, below: number): number {
  return Math.floor((draw32(key, position, draw) / 4294967296) * below)
}

/** Uniform in (from, to). */
export function drawBetween(key: number, position: number, draw: number, from: number, to: number): number {
  return from + ((draw32(key, position, draw) + 0.5) / 4294967296) * (to - from)
}

/** Its logarithm is uniform between those of `from` and `to`. */
export function drawLogarithmic(key: number, position: number, draw: number, from: number, to: number): number {
  return to * exp(drawBetween(key, position, draw, log(from / to), 0))
}

/**
 * Beta(α, α), from the draws beginning with `draw`. For α ≤ 1 by Jöhnk (1964), in logarithms, which do not underflow; else as
 * the share of one of two gamma variates (Marsaglia and Tsang 2000).
 */
export function drawBeta(key: number, position: number, draw: number, alpha: number): number {
  let next = draw
  const uniform = () => drawBetween(key, position, next++, 0, 1)
  if (alpha > 1) {
    const first = drawGamma(uniform, alpha)
    return first / (first + drawGamma(uniform, alpha))
  }
  for (;;) {
    const [a, b] = [log(uniform()) / alpha, log(uniform()) / alpha]
    if (exp(a) + exp(b) > 1) continue
    const ratio = exp(-Math.abs(a - b))
    return a > b ? 1 / (1 + ratio) : ratio / (1 + ratio)
  }
}

/** Gamma(shape, 1) for a shape of 1 or more. */
function drawGamma(uniform: () => number, shape: number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = Math.sqrt(-2 * log(uniform())) * cosPi(2 * uniform())
    const root = 1 + c * x
    const v = root * root * root
    if (v > 0 && log(uniform()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v
  }
}
