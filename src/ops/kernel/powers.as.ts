/** t = p^(−β) over a range of positive values. */

import { Four, One } from './lanes.as.ts'
import { exponential } from './math.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'

/** `to` may be `from`. β = ¾, the usual one of a local response normalization, is two square roots and a division. */
export function negativePowers(from: usize, to: usize, count: i32, beta: f32): void {
  const fours = count & ~3
  const rest = <usize>fours << 2
  if (beta == 0.75) {
    threeQuarters<Four>(from, to, fours)
    threeQuarters<One>(from + rest, to + rest, count - fours)
  } else {
    powerLanes<Four>(from, to, fours, beta)
    powerLanes<One>(from + rest, to + rest, count - fours, beta)
  }
}

function threeQuarters<L>(from: usize, to: usize, count: i32): void {
  const step = <usize>changetype<L>(0).width() << 2
  const one = f32x4.splat(1)
  for (const end = to + (<usize>count << 2); to < end; to += step) {
    const root = f32x4.sqrt(changetype<L>(0).load(from))
    changetype<L>(0).store(to, f32x4.div(one, f32x4.mul(root, f32x4.sqrt(root))))
    from += step
  }
}

/** e^(−β·ln p), the logarithm by the method and coefficients of Cephes (S. Moshier, logf.c). */
function powerLanes<L>(from: usize, to: usize, count: i32, beta: f32): void {
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
  const l8 = f32x4.splat(7.0376836292e-2)
  const l7 = f32x4.splat(-1.1514610310e-1)
  const l6 = f32x4.splat(1.1676998740e-1)
  const l5 = f32x4.splat(-1.2420140846e-1)
  const l4 = f32x4.splat(1.4249322787e-1)
  const l3 = f32x4.splat(-1.6668057665e-1)
  const l2 = f32x4.splat(2.0000714765e-1)
  const l1 = f32x4.splat(-2.4999993993e-1)
  const l0 = f32x4.splat(3.3333331174e-1)
  const minusHalf = f32x4.splat(-0.5)
  /** The bits of √½: what they leave over is the exponent, with a mantissa from √½ to √2. */
  const rootHalf = i32x4.splat(0x3f3504f3)
  const factor = f32x4.splat(-beta)
  for (const end = to + (<usize>count << 2); to < end; to += step) {
    const p = changetype<L>(0).load(from)
    const exponent = i32x4.shr_s(i32x4.sub(p, rootHalf), 23)
    const n = f32x4.convert_i32x4_s(exponent)
    const f = f32x4.sub(i32x4.sub(p, i32x4.shl(exponent, 23)), one)
    const z = f32x4.mul(f, f)
    let q = multiplyAdd(l8, f, l7)
    q = multiplyAdd(q, f, l6)
    q = multiplyAdd(q, f, l5)
    q = multiplyAdd(q, f, l4)
    q = multiplyAdd(q, f, l3)
    q = multiplyAdd(q, f, l2)
    q = multiplyAdd(q, f, l1)
    q = multiplyAdd(q, f, l0)
    // ln(1 + f) + n·ln 2, the small parts first; ln2High and ln2Low are those of −ln 2.
    let log = f32x4.sub(f32x4.mul(f32x4.mul(f, z), q), f32x4.mul(n, ln2Low))
    log = f32x4.add(f, multiplyAdd(z, minusHalf, log))
    log = f32x4.sub(log, f32x4.mul(n, ln2High))
    const power = f32x4.mul(log, factor)
    const e = exponential(power, least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one)
    // The bits of a NaN would pass for a large number.
    changetype<L>(0).store(to, v128.or(e, f32x4.ne(p, p)))
    from += step
  }
}
