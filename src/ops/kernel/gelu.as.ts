/**
 * GELU and its derivative over ranges of values, branch-free: Φ by the error function of Abramowitz and Stegun, Handbook
 * of Mathematical Functions, 7.1.26, which errs by 1.5·10⁻⁷ at most. Constants stand before the loops
 * (constant.as.ts). GELU of 64 channels in the caches, wide: 2.0 → 1.0 ns a value since V8 joins its operations.
 */

import { constant, zeroOf } from './constant.as.ts'
import { exponential } from './math.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'
import { high, LANES, put, STEP } from './steps.as.ts'

/** Whether the slope is wanted, known when a loop is compiled: a branch would keep V8 from joining what stands in it. */
@unmanaged @final class Value { @inline slopes(): bool { return false } }
@unmanaged @final class Slope { @inline slopes(): bool { return true } }

/** y = x·Φ(x); y may be x. */
export function gelus(x: usize, y: usize, count: i32): void {
  geluOver<Value>(x, 0, y, count)
}

/** dx = dy·(Φ(x) + x·φ(x)); dx may be dy. */
export function geluGradients(x: usize, dy: usize, dx: usize, count: i32): void {
  geluOver<Slope>(x, dy, dx, count)
}

function geluOver<F>(x: usize, dy: usize, y: usize, count: i32): void {
  const none = zeroOf(y)
  const least = constant(-104, none)
  const most = constant(89, none)
  const log2e = constant(1.44269504088896341, none)
  const magic = constant(12582912, none)
  const ln2High = constant(-0.693359375, none)
  const ln2Low = constant(2.12194440e-4, none)
  const c6 = constant(1.9875691500e-4, none)
  const c5 = constant(1.3981999507e-3, none)
  const c4 = constant(8.3334519073e-3, none)
  const c3 = constant(4.1665795894e-2, none)
  const c2 = constant(1.6666665459e-1, none)
  const c1 = constant(5.0000001201e-1, none)
  const one = constant(1, none)
  const half = constant(0.5, none)
  // 0.3275911/√2: the argument of erf is |x|/√2.
  const slope = constant(0.23164188, none)
  const a1 = constant(0.254829592, none)
  const a2 = constant(-0.284496736, none)
  const a3 = constant(1.421413741, none)
  const a4 = constant(-1.453152027, none)
  const a5 = constant(1.061405429, none)
  // 1/√(2π)
  const density = constant(0.3989422804, none)
  const zero = constant(0, none)
  // Limits where the rest would give ∞·0. GELU of ∞ is ∞.
  const lowest = constant(-1e30, none)
  const highest = constant(changetype<F>(0).slopes() ? <f32>1e30 : Infinity, none)
  const steps = count & ~(LANES - 1)
  const end = y + (<usize>count << 2)
  for (const last = y + (<usize>steps << 2); y < last; y += STEP, x += STEP) {
    const v = v128.load(x)
    const vh = high(x, v)
    const r = geluOf<F>(v, lowest, highest, least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one, half, slope, a1, a2, a3, a4, a5, density, zero)
    const rh = WIDE == 1 ? geluOf<F>(vh, lowest, highest, least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one, half, slope, a1, a2, a3, a4, a5, density, zero) : r
    if (changetype<F>(0).slopes()) {
      const d = v128.load(dy)
      const dh = high(dy, d)
      put(y, f32x4.mul(d, r), WIDE == 1 ? f32x4.mul(dh, rh) : r)
      dy += STEP
    } else put(y, r, rh)
  }
  for (; y < end; y += 4, x += 4) {
    const r = geluOf<F>(v128.load32_zero(x), lowest, highest, least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one, half, slope, a1, a2, a3, a4, a5, density, zero)
    if (changetype<F>(0).slopes()) {
      v128.store_lane<f32>(y, f32x4.mul(v128.load32_zero(dy), r), 0)
      dy += 4
    } else v128.store_lane<f32>(y, r, 0)
  }
}

/** x·Φ(x), or its slope. */
// @ts-ignore: decorator
@inline
function geluOf<F>(
  x: v128,
  lowest: v128,
  highest: v128,
  least: v128,
  most: v128,
  log2e: v128,
  magic: v128,
  ln2High: v128,
  ln2Low: v128,
  c6: v128,
  c5: v128,
  c4: v128,
  c3: v128,
  c2: v128,
  c1: v128,
  one: v128,
  half: v128,
  slope: v128,
  a1: v128,
  a2: v128,
  a3: v128,
  a4: v128,
  a5: v128,
  density: v128,
  zero: v128,
): v128 {
  const v = f32x4.pmin(f32x4.pmax(x, lowest), highest)
  const square = f32x4.neg(f32x4.mul(half, f32x4.mul(v, v)))
  const e = exponential(square, least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one)
  const t = f32x4.div(one, multiplyAdd(slope, f32x4.abs(v), one))
  let p = multiplyAdd(a5, t, a4)
  p = multiplyAdd(p, t, a3)
  p = multiplyAdd(p, t, a2)
  p = multiplyAdd(p, t, a1)
  // The tail beyond |x|: Φ(−|x|).
  const tail = f32x4.mul(half, f32x4.mul(f32x4.mul(p, t), e))
  const phi = v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(v, zero))
  return changetype<F>(0).slopes() ? multiplyAdd(f32x4.mul(v, density), e, phi) : f32x4.mul(v, phi)
}
