/** The passes over one row that softmax and cross-entropy share. Rows are short (10 classes), so tails are vectors too. */

import { exponential } from '../kernel/math.as.ts'

/** 1–3 values, and `rest` in the lanes after them; reads nothing beyond the values. */
// @ts-ignore: decorator
@inline
function loadTail(from: usize, count: i32, rest: f32): v128 {
  let v = f32x4.replace_lane(f32x4.splat(rest), 0, load<f32>(from))
  if (count > 1) v = f32x4.replace_lane(v, 1, load<f32>(from, 4))
  if (count > 2) v = f32x4.replace_lane(v, 2, load<f32>(from, 8))
  return v
}

// @ts-ignore: decorator
@inline
function storeTail(to: usize, count: i32, v: v128): void {
  store<f32>(to, f32x4.extract_lane(v, 0))
  if (count > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4)
  if (count > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8)
}

/** The greatest of a row's values that are numbers; −∞ if none is. */
export function rowMaximum(x: usize, classes: i32): f32 {
  let most = f32x4.splat(-Infinity)
  let i = 0
  // In this order of operands pmax passes over a NaN.
  for (; i + 4 <= classes; i += 4) most = f32x4.pmax(most, v128.load(x + (<usize>i << 2)))
  if (i < classes) most = f32x4.pmax(most, loadTail(x + (<usize>i << 2), classes - i, -Infinity))
  most = f32x4.pmax(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  most = f32x4.pmax(most, i8x16.shuffle(most, most, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11))
  return f32x4.extract_lane(most, 0)
}

/** x − maximum, and 0 where both are the same infinity (the difference would be NaN). */
// @ts-ignore: decorator
@inline
function below(x: v128, maximum: v128): v128 {
  return v128.andnot(f32x4.sub(x, maximum), f32x4.eq(x, maximum))
}

/** y = exp(x − maximum); returns Σ y. y may be x. */
export function rowExponentials(x: usize, y: usize, classes: i32, maximum: f32): f64 {
  const most = f32x4.splat(maximum)
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= classes; i += 4) {
    const e = exponential(below(v128.load(x + (<usize>i << 2)), most))
    v128.store(y + (<usize>i << 2), e)
    low = f64x2.add(low, f64x2.promote_low_f32x4(e))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(e, e, 1, 0)))
  }
  if (i < classes) {
    const left = classes - i
    let e = exponential(below(loadTail(x + (<usize>i << 2), left, 0), most))
    // The lanes beyond the row count nothing.
    e = v128.and(e, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)))
    storeTail(y + (<usize>i << 2), left, e)
    low = f64x2.add(low, f64x2.promote_low_f32x4(e))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(e, e, 1, 0)))
  }
  const sum = f64x2.add(low, high)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** y = x·factor + offset. y may be x. */
export function rowScale(x: usize, y: usize, classes: i32, factor: f32, offset: f32): void {
  const factors = f32x4.splat(factor)
  const offsets = f32x4.splat(offset)
  let i = 0
  for (; i + 4 <= classes; i += 4) {
    v128.store(y + (<usize>i << 2), f32x4.add(f32x4.mul(v128.load(x + (<usize>i << 2)), factors), offsets))
  }
  for (; i < classes; i++) store<f32>(y + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) * factor + offset)
}
