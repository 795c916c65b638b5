/**
 * Elementary functions over ranges of values, branch-free. Method and coefficients of Cephes (S. Moshier, expf.c and
 * tanhf.c); errors measured against float64 over the whole range: see pointwise/kernel.test.ts.
 *
 * Constants stand before the loops: V8 rebuilds a v128 constant at each use inside a loop, and as locals they cost
 * little (sigmoid: 9.7 → 3.8 ns for four values). Loops over functions of one exponential: curves.as.ts.
 */

import { Four, One } from './lanes.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'

/** eˣ to 2 ulp; 0 below −104, ∞ above 88.73, NaN for NaN; results below 2⁻¹²⁶ are rounded, not flushed. */
// @ts-ignore: decorator
@inline
export function exponential(
  x: v128,
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
): v128 {
  const limited = f32x4.pmin(f32x4.pmax(x, least), most)
  // n = x/ln 2 to the nearest whole number: adding 1.5·2²³ rounds, and leaves n in the low bits (trunc_sat is slow).
  const shifted = f32x4.add(f32x4.mul(limited, log2e), magic)
  const n = f32x4.sub(shifted, magic)
  // ln 2 in two parts, so that n·ln 2 is exact where it matters.
  const r = multiplyAdd(n, ln2Low, multiplyAdd(n, ln2High, limited))
  let p = multiplyAdd(c6, r, c5)
  p = multiplyAdd(p, r, c4)
  p = multiplyAdd(p, r, c3)
  p = multiplyAdd(p, r, c2)
  p = multiplyAdd(p, r, c1)
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), one)
  // 2ⁿ in two factors: n reaches from −150 to 128, further than an exponent does. The bits of `magic` are those of n = 0.
  const whole = i32x4.sub(shifted, magic)
  const half = i32x4.shr_s(whole, 1)
  const low = i32x4.add(i32x4.shl(half, 23), one)
  const high = i32x4.add(i32x4.shl(i32x4.sub(whole, half), 23), one)
  return f32x4.mul(f32x4.mul(p, low), high)
}

/** eˣ − 1 to 2 ulp for x ≤ 0, −1 below −87, NaN for NaN: the polynomial keeps the digits that eˣ loses next to 1. */
// @ts-ignore: decorator
@inline
export function exponentialMinusOne(
  x: v128,
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
  c1: v128,
  one: v128,
): v128 {
  const limited = f32x4.pmax(x, least)
  const shifted = f32x4.add(f32x4.mul(limited, log2e), magic)
  const n = f32x4.sub(shifted, magic)
  const r = multiplyAdd(n, ln2Low, multiplyAdd(n, ln2High, limited))
  let p = multiplyAdd(c6, r, c5)
  p = multiplyAdd(p, r, c4)
  p = multiplyAdd(p, r, c3)
  p = multiplyAdd(p, r, c2)
  p = multiplyAdd(p, r, c1)
  p = multiplyAdd(p, f32x4.mul(r, r), r)
  // 2ⁿ·(eʳ − 1) + (2ⁿ − 1), whose second term is exact.
  const power = i32x4.add(i32x4.shl(i32x4.sub(shifted, magic), 23), one)
  return multiplyAdd(p, power, f32x4.sub(power, one))
}

/** y = tanh x; y may be x. */
export function hyperbolicTangents(x: usize, y: usize, count: i32): void {
  const fours = count & ~3
  tangentLanes<Four>(x, y, fours)
  tangentLanes<One>(x + (<usize>fours << 2), y + (<usize>fours << 2), count - fours)
}

function tangentLanes<L>(x: usize, y: usize, count: i32): void {
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
  const t4 = f32x4.splat(-5.70498872745e-3)
  const t3 = f32x4.splat(2.06390887954e-2)
  const t2 = f32x4.splat(-5.37397155531e-2)
  const t1 = f32x4.splat(1.33314422036e-1)
  const t0 = f32x4.splat(-3.33332819422e-1)
  const border = f32x4.splat(0.625)
  const signBit = i32x4.splat(0x80000000)
  for (const end = y + (<usize>count << 2); y < end; y += step) {
    const v = changetype<L>(0).load(x)
    const magnitude = f32x4.abs(v)
    const twice = f32x4.add(magnitude, magnitude)
    const e = exponential(twice, least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one)
    // 1 − 2/(e²ˣ + 1) cancels near 0, where a polynomial stands in for it.
    const far = f32x4.sub(one, f32x4.div(f32x4.add(one, one), f32x4.add(one, e)))
    const z = f32x4.mul(v, v)
    let p = multiplyAdd(t4, z, t3)
    p = multiplyAdd(p, z, t2)
    p = multiplyAdd(p, z, t1)
    p = multiplyAdd(p, z, t0)
    const near = multiplyAdd(f32x4.mul(p, z), v, v)
    const either = v128.bitselect(near, far, f32x4.lt(magnitude, border))
    // The sign of x for both: near has it too, but for −0, where −0 + 0 is 0.
    changetype<L>(0).store(y, v128.or(either, v128.and(v, signBit)))
    x += step
  }
}
