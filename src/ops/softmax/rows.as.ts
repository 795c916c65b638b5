/**
 * The passes of softmax and cross-entropy over the rows of a tile, which stays in the first cache between them. The
 * exponentials of short rows (10 classes) are taken over all rows as one array: most of each would be a remainder.
 */

import { highHalf, lowHalf } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'

/** y = x − maximum of the row, so that e^y is at most 1 and a row's sum at least 1. y may be x. */
export function shiftRow(x: usize, y: usize, classes: i32): void {
  const bytes = <usize>classes << 2
  let i: usize = 0
  let maximum: f32 = -Infinity
  if (bytes >= 16) {
    // In this order of operands pmax passes over a NaN, which later spoils the row by itself.
    let most = f32x4.splat(-Infinity)
    for (; i + 16 <= bytes; i += 16) most = f32x4.pmax(most, v128.load(x + i))
    most = f32x4.pmax(most, v128.shuffle<i64>(most, most, 1, 0))
    most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2))
    maximum = f32x4.extract_lane(most, 0)
  }
  for (; i < bytes; i += 4) {
    const value = load<f32>(x + i)
    if (value > maximum) maximum = value
  }
  const maxima = f32x4.splat(maximum)
  i = 0
  for (; i + 16 <= bytes; i += 16) {
    const value = v128.load(x + i)
    // 0 where both are the same infinity; their difference would be NaN.
    v128.store(y + i, v128.andnot(f32x4.sub(value, maxima), f32x4.eq(value, maxima)))
  }
  for (; i < bytes; i += 4) {
    const value = load<f32>(x + i)
    store<f32>(y + i, value == maximum ? 0 : value - maximum)
  }
}

/** The greatest value of a row; of nothing but NaN, −∞. */
export function greatest(x: usize, classes: i32): f32 {
  const end = x + (<usize>classes << 2)
  // In this order of operands pmax passes over a NaN, which later spoils the row by itself.
  let a = f32x4.splat(-Infinity)
  let b = a
  let c = a
  let d = a
  for (; x + 64 <= end; x += 64) {
    a = f32x4.pmax(a, v128.load(x))
    b = f32x4.pmax(b, v128.load(x, 16))
    c = f32x4.pmax(c, v128.load(x, 32))
    d = f32x4.pmax(d, v128.load(x, 48))
  }
  for (; x + 16 <= end; x += 16) a = f32x4.pmax(a, v128.load(x))
  for (; x < end; x += 4) b = f32x4.pmax(b, v128.load32_splat(x))
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d))
  a = f32x4.pmax(a, v128.shuffle<i64>(a, a, 1, 0))
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2))
  return f32x4.extract_lane(a, 0)
}

/** e^x for x ≤ 0. Its constants are arguments because they have to stand before the loops, see below. */
// @ts-ignore: decorator
@inline
function exponential(
  value: v128,
  least: v128,
  log2e: v128,
  magic: v128,
  ln2High: v128,
  ln2Low: v128,
  c6: v128,
  c5: v128,
  c4: v128,
  c3: v128,
  c2: v128,
  one: v128,
): v128 {
  // Of operands in this order, pmax hands a NaN on.
  const x = f32x4.pmax(value, least)
  // n = x/ln 2 to the nearest whole number: adding 1.5·2²³ rounds, and adding 127 too leaves the bits of 2ⁿ but for a shift.
  const shifted = multiplyAdd(x, log2e, magic)
  const n = f32x4.sub(shifted, magic)
  const r = multiplyAdd(n, ln2Low, multiplyAdd(n, ln2High, x))
  let p = multiplyAdd(c6, r, c5)
  p = multiplyAdd(p, r, c4)
  p = multiplyAdd(p, r, c3)
  p = multiplyAdd(p, r, c2)
  p = multiplyAdd(p, r, one)
  p = multiplyAdd(p, r, one)
  return f32x4.mul(p, i32x4.shl(shifted, 23))
}

/** Values whose exponentials are added up in float32 before float64 takes over, in sums of 8 lanes. */
const group: i32 = 256

/**
 * y = e^(x − maximum) for `count` values that are at most `maximum`, which is finite; their sum. To 2 ulp; 0 below
 * −126.5·ln 2 (−87.7), NaN for NaN. y may be x.
 *
 * The polynomial is the minimax one with 1 and r for its first terms (relative error 4e-9). Constants stand before the
 * loop: V8 rebuilds a constant at each use inside a loop, and as locals they cost nothing (measured: 21.8 → 6.7
 * cycles a vector). Values go in pairs of vectors, of which V8 makes 256-bit operations where it can (of 1000 classes
 * 2.2 times the speed, 1.6 without). No gain: Estrin's scheme in place of Horner's, and the first half of the next pair
 * beside the second half of this one.
 */
export function shiftedExponentials(x: usize, y: usize, count: i32, maximum: f32): f64 {
  const maxima = f32x4.splat(maximum)
  // Where n is −127, the bits of 2ⁿ are those of 0.
  const least = f32x4.splat(-88)
  const log2e = f32x4.splat(1.44269504088896341)
  const magic = f32x4.splat(12582912 + 127)
  const ln2High = f32x4.splat(-0.693359375)
  const ln2Low = f32x4.splat(2.12194440e-4)
  const c6 = f32x4.splat(1.3814540579915047e-3)
  const c5 = f32x4.splat(8.36874544620514e-3)
  const c4 = f32x4.splat(4.166838899254799e-2)
  const c3 = f32x4.splat(1.666652113199234e-1)
  const c2 = f32x4.splat(4.999999403953552e-1)
  const one = f32x4.splat(1)
  let sum: f64 = 0
  let left = count
  while (left >= 8) {
    let low = f32x4.splat(0)
    let high = f32x4.splat(0)
    const now = min(left, group) >> 3
    for (let i = now; i > 0; i--) {
      const x0 = f32x4.sub(v128.load(x), maxima)
      const x1 = f32x4.sub(v128.load(x, 16), maxima)
      const e0 = exponential(x0, least, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, one)
      const e1 = exponential(x1, least, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, one)
      low = f32x4.add(low, e0)
      high = f32x4.add(high, e1)
      v128.store(y, e0)
      v128.store(y, e1, 16)
      x += 32
      y += 32
    }
    left -= now << 3
    const total = f64x2.add(
      f64x2.add(lowHalf(low), highHalf(low)),
      f64x2.add(lowHalf(high), highHalf(high)),
    )
    sum += f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)
  }
  for (; left > 0; left--) {
    const value = f32x4.sub(v128.load32_splat(x), maxima)
    const e = exponential(value, least, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, one)
    v128.store_lane<f32>(y, e, 0)
    sum += <f64>f32x4.extract_lane(e, 0)
    x += 4
    y += 4
  }
  return sum
}

/** y = e^y for `count` values y ≤ 0. */
export function exponentials(y: usize, count: i32): void {
  shiftedExponentials(y, y, count, 0)
}

export function sumRow(y: usize, classes: i32): f64 {
  const bytes = <usize>classes << 2
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i: usize = 0
  for (; i + 16 <= bytes; i += 16) {
    low = f64x2.add(low, f64x2.promote_low_f32x4(v128.load64_zero(y + i)))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.load64_zero(y + i, 8)))
  }
  low = f64x2.add(low, high)
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)
  for (; i < bytes; i += 4) sum += <f64>load<f32>(y + i)
  return sum
}

/** y = x·factor + offset. y may be x. */
export function scaleRow(x: usize, y: usize, classes: i32, factor: f32, offset: f32): void {
  const bytes = <usize>classes << 2
  const factors = f32x4.splat(factor)
  const offsets = f32x4.splat(offset)
  let i: usize = 0
  for (; i + 32 <= bytes; i += 32) {
    const y0 = multiplyAdd(v128.load(x + i), factors, offsets)
    const y1 = multiplyAdd(v128.load(x + i, 16), factors, offsets)
    v128.store(y + i, y0)
    v128.store(y + i, y1, 16)
  }
  for (; i < bytes; i += 4) {
    v128.store_lane<f32>(y + i, multiplyAdd(v128.load32_zero(x + i), factors, offsets), 0)
  }
}
