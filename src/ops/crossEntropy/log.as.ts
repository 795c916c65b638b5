/**
 * The natural logarithm in f64 without the tables of AssemblyScript's own (a kernel module holds no data). fdlibm's
 * method: x = 2ᵏ·(1 + f) with √½ < 1 + f < √2, log(1 + f) from s = f/(2 + f) by a polynomial in s²; error < 1 ulp.
 */

/** For finite x ≥ 2⁻¹⁰²², which a sum of exponentials with maximum 1 always is; NaN for NaN. */
export function log(x: f64): f64 {
  if (!(x > 0) || x == Infinity) return x == Infinity ? x : NaN
  const bits = reinterpret<u64>(x)
  let k = <i32>(bits >> 52) - 1023
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000)
  if (m > 1.4142135623730951) {
    m *= 0.5
    k++
  }
  const f = m - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const half = 0.5 * f * f
  return <f64>k * 0.6931471803691238 - (half - (s * (half + even + odd) + <f64>k * 1.9082149292705877e-10) - f)
}
