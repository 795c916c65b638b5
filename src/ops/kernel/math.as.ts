/**
 * Elementary functions of four values at once, branch-free. Method and coefficients of Cephes (S. Moshier, expf.c and
 * tanhf.c); errors measured against float64 over the whole range: see pointwise/math.test.ts.
 */

import { multiplyAdd } from './multiplyAdd.as.ts'

/** eˣ to 2 ulp; 0 below −104, ∞ above 88.73, NaN for NaN; results below 2⁻¹²⁶ are rounded, not flushed. */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const limited = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89))
  // n = x/ln 2 to the nearest whole number: adding 1.5·2²³ rounds, and leaves n in the low bits (trunc_sat is slow).
  const magic = f32x4.splat(12582912)
  const shifted = f32x4.add(f32x4.mul(limited, f32x4.splat(1.44269504088896341)), magic)
  const n = f32x4.sub(shifted, magic)
  // ln 2 in two parts, so that n·ln 2 is exact where it matters.
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), limited)
  r = multiplyAdd(n, f32x4.splat(2.12194440e-4), r)
  let p = multiplyAdd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3))
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3))
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2))
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1))
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1))
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), f32x4.splat(1))
  // 2ⁿ in two factors: n reaches from −150 to 128, further than an exponent does.
  const whole = i32x4.sub(shifted, i32x4.splat(0x4b400000))
  const half = i32x4.shr_s(whole, 1)
  const one = i32x4.splat(0x3f800000)
  const low = i32x4.add(i32x4.shl(half, 23), one)
  const high = i32x4.add(i32x4.shl(i32x4.sub(whole, half), 23), one)
  return f32x4.mul(f32x4.mul(p, low), high)
}

/** 1 / (1 + e⁻ˣ) */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))))
}

/** tanh x: a polynomial near 0, where 1 − 2/(e²ˣ + 1) would cancel. */
// @ts-ignore: decorator
@inline
export function hyperbolicTangent(x: v128): v128 {
  const magnitude = f32x4.abs(x)
  const one = f32x4.splat(1)
  const far = f32x4.sub(
    one,
    f32x4.div(f32x4.splat(2), f32x4.add(one, exponential(f32x4.add(magnitude, magnitude)))),
  )
  const z = f32x4.mul(x, x)
  let p = multiplyAdd(f32x4.splat(-5.70498872745e-3), z, f32x4.splat(2.06390887954e-2))
  p = multiplyAdd(p, z, f32x4.splat(-5.37397155531e-2))
  p = multiplyAdd(p, z, f32x4.splat(1.33314422036e-1))
  p = multiplyAdd(p, z, f32x4.splat(-3.33332819422e-1))
  const near = multiplyAdd(f32x4.mul(p, z), x, x)
  const sign = v128.and(x, i32x4.splat(0x80000000))
  return v128.bitselect(near, v128.or(far, sign), f32x4.lt(magnitude, f32x4.splat(0.625)))
}
