/**
 * GELU and its derivative over ranges of values, branch-free: Φ by the error function of Abramowitz and Stegun, Handbook
 * of Mathematical Functions, 7.1.26, which errs by 1.5·10⁻⁷ at most. Constants stand before the loops (see math.as.ts).
 */

import { Four, One } from './lanes.as.ts'
import { exponential } from './math.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'

/** y = x·Φ(x); y may be x. */
export function gelus(x: usize, y: usize, count: i32): void {
  const fours = count & ~3
  const done = <usize>fours << 2
  geluLanes<Four>(x, 0, y, fours, false)
  geluLanes<One>(x + done, 0, y + done, count - fours, false)
}

/** dx = dy·(Φ(x) + x·φ(x)); dx may be dy. */
export function geluGradients(x: usize, dy: usize, dx: usize, count: i32): void {
  const fours = count & ~3
  const done = <usize>fours << 2
  geluLanes<Four>(x, dy, dx, fours, true)
  geluLanes<One>(x + done, dy + done, dx + done, count - fours, true)
}

function geluLanes<L>(x: usize, dy: usize, y: usize, count: i32, gradient: bool): void {
  const step = <usize>changetype<L>(0).width() << 2
  const least = f32x4.splat(-104)
  const most = f32x4.splat(89)
  const log2e = f32x4.splat(1.44269504088896341)
  const magic = f32x4.splat(12582912)
  const ln2High = f32x4.splat(-0.693359375)
  const ln2Low = f32x4.splat(2.12194440e-4)
  const c6 = f32x4.splat(1.9875691500e-4)
  const c5 = f32x4.splat(1.3981999507e-3)
  const c4 = f32x4.splat(8.3334519073e-3)
  const c3 = f32x4.splat(4.1665795894e-2)
  const c2 = f32x4.splat(1.6666665459e-1)
  const c1 = f32x4.splat(5.0000001201e-1)
  const one = f32x4.splat(1)
  const half = f32x4.splat(0.5)
  // 0.3275911/√2: the argument of erf is |x|/√2.
  const slope = f32x4.splat(0.23164188)
  const a1 = f32x4.splat(0.254829592)
  const a2 = f32x4.splat(-0.284496736)
  const a3 = f32x4.splat(1.421413741)
  const a4 = f32x4.splat(-1.453152027)
  const a5 = f32x4.splat(1.061405429)
  // 1/√(2π)
  const density = f32x4.splat(0.3989422804)
  const zero = f32x4.splat(0)
  // Limits where the rest would give ∞·0. GELU of ∞ is ∞.
  const lowest = f32x4.splat(-1e30)
  const highest = f32x4.splat(gradient ? <f32>1e30 : Infinity)
  for (const end = y + (<usize>count << 2); y < end; y += step) {
    const v = f32x4.pmin(f32x4.pmax(changetype<L>(0).load(x), lowest), highest)
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
    if (gradient) {
      const slopeHere = multiplyAdd(f32x4.mul(v, density), e, phi)
      changetype<L>(0).store(y, f32x4.mul(changetype<L>(0).load(dy), slopeHere))
      dy += step
    } else {
      changetype<L>(0).store(y, f32x4.mul(v, phi))
    }
    x += step
  }
}
