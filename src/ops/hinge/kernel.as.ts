/** The multi-class hinge loss and its gradient in one pass, row by row. Sums in f64. */

import { highHalf, lowHalf } from '../kernel/lanes.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'
import { weightOf } from '../losses/weights.as.ts'
import { greatest, scaleRow, sumRow } from '../softmax/rows.as.ts'

/**
 * scores, gradient: [batch, classes], maybe the same; labels i32, losses, hits: [batch]; classWeights: [classes], or 0 for
 * none. A tile is `chunk` rows.
 */
export function hingeLoss(
  scores: usize,
  labels: usize,
  classWeights: usize,
  losses: usize,
  hits: usize,
  gradient: usize,
  batch: i32,
  classes: i32,
  margin: f32,
  squared: bool,
  weight: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, batch)
    for (let row = tile * chunk; row < end; row++) {
      const place = <usize>row << 2
      const x = scores + place * <usize>classes
      const dx = gradient + place * <usize>classes
      const label = load<i32>(labels + place)
      // NaN for a label that does not exist, whose score is not read.
      const each = (weight * weightOf(labels + place, classWeights, classes)) / <f64>classes
      const own = each == each ? load<f32>(x + (<usize>label << 2)) : NaN
      if (own != own) {
        store<f32>(losses + place, NaN)
        store<f32>(hits + place, 0)
        scaleRow(x, dx, classes, NaN, NaN)
        continue
      }
      const isHit = own == greatest(x, classes) && !holds(x, label, own)
      const slope = <f32>(each / <f64>batch)
      const behind = (<usize>label + 1) << 2
      const others = classes - label - 1
      const sum =
        hinges(x, dx, label, own, margin, slope, squared) +
        hinges(x + behind, dx + behind, others, own, margin, slope, squared)
      store<f32>(losses + place, <f32>(sum * each))
      store<f32>(hits + place, isHit && sum == sum ? 1 : 0)
      store<f32>(dx + (<usize>label << 2), <f32>-(sumRow(dx, label) + sumRow(dx + behind, others)))
    }
  }
}

/** Whether the value is among the first `count` of x. */
function holds(x: usize, count: i32, value: f32): bool {
  for (let i = 0; i < count; i++) if (load<f32>(x + (<usize>i << 2)) == value) return true
  return false
}

/** Σ max(0, x − own + margin), or of the squares, of `count` scores; dx = slope times the derivative. dx may be x. */
function hinges(x: usize, dx: usize, count: i32, own: f32, margin: f32, slope: f32, squared: bool): f64 {
  const owns = f32x4.splat(own)
  const margins = f32x4.splat(margin)
  const slopes = f32x4.splat(slope)
  const zero = f32x4.splat(0)
  let sum = f64x2.splat(0)
  const end = x + (<usize>count << 2)
  for (; x + 16 <= end; x += 16, dx += 16) {
    const z = f32x4.add(f32x4.sub(v128.load(x), owns), margins)
    const met = f32x4.le(z, zero)
    // Not by a maximum with 0: a NaN meets no margin, and is handed on.
    const h = v128.andnot(z, met)
    const loss = squared ? f32x4.mul(h, h) : h
    sum = f64x2.add(sum, f64x2.add(lowHalf(loss), highHalf(loss)))
    const constant = v128.or(v128.andnot(slopes, met), f32x4.ne(z, z))
    v128.store(dx, squared ? f32x4.mul(f32x4.add(slopes, slopes), h) : constant)
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
  for (; x < end; x += 4, dx += 4) {
    const z = load<f32>(x) - own + margin
    const h: f32 = z <= 0 ? 0 : z
    total += <f64>(squared ? h * h : h)
    const constant: f32 = z <= 0 ? 0 : z == z ? slope : NaN
    store<f32>(dx, squared ? (slope + slope) * h : constant)
  }
  return total
}
