/** Norms of gradients, for clipping. Squares and sums in f64: they neither overflow nor lose small values. */

import { nextTile } from '../kernel/tiles.as.ts'
import { GRADIENT_SCALE } from '../optimizer/slots.as.ts'

// @ts-ignore: decorator
@inline
function squaresLow(v: v128): v128 {
  const d = f64x2.promote_low_f32x4(v)
  return f64x2.mul(d, d)
}

// @ts-ignore: decorator
@inline
function squaresHigh(v: v128): v128 {
  return squaresLow(v128.shuffle<i64>(v, v, 1, 0))
}

/** norms[tile] = norm of the tile's `chunk` values. */
export function clipNorms(
  gradient: usize,
  norms: usize,
  count: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = gradient + (<usize>min((tile + 1) * chunk, count) << 2)
    let at = gradient + (<usize>(tile * chunk) << 2)
    let s0 = f64x2.splat(0)
    let s1 = f64x2.splat(0)
    let s2 = f64x2.splat(0)
    let s3 = f64x2.splat(0)
    for (; at + 32 <= end; at += 32) {
      const a = v128.load(at)
      const b = v128.load(at, 16)
      s0 = f64x2.add(s0, squaresLow(a))
      s1 = f64x2.add(s1, squaresHigh(a))
      s2 = f64x2.add(s2, squaresLow(b))
      s3 = f64x2.add(s3, squaresHigh(b))
    }
    s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3))
    let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1)
    for (; at < end; at += 4) {
      const g = <f64>load<f32>(at)
      sum += g * g
    }
    store<f32>(norms + (<usize>tile << 2), <f32>sqrt<f64>(sum))
  }
}

/** One tile: adds the squares of `count` norms to the f64 at `sum`, which starts from 0 if `first`. */
export function clipSum(
  norms: usize,
  sum: usize,
  count: i32,
  first: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  let total: f64 = first ? 0 : load<f64>(sum)
  for (let i = 0; i < count; i++) {
    const norm = <f64>load<f32>(norms + (<usize>i << 2))
    total += norm * norm
  }
  store<f64>(sum, total)
}

/** One tile: scalars[gradientScale] *= min(1, maxNorm/(√sum + 1e-6)), or 0 if the sum is not finite. */
export function clipScale(
  scalars: usize,
  sum: usize,
  maxNorm: f64,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  const total = load<f64>(sum)
  const factor = total < Infinity ? min<f64>(1, maxNorm / (sqrt<f64>(total) + 1e-6)) : 0
  store<f32>(scalars + GRADIENT_SCALE, <f32>(<f64>load<f32>(scalars + GRADIENT_SCALE) * factor))
}
