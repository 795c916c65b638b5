/**
 * log, exp, cos(πx) and whole powers with the same bits in every JavaScript engine. ECMAScript leaves the last bits of
 * Math.log, Math.exp, Math.cos and of `**` to the engine, so what a seed or a learning rate depends on uses these. They
 * need only +, −, ×, ÷ and %, which IEEE 754 and ECMAScript define to the bit. The notice below is kept in every bundle, and
 * therefore stands alone.
 */

/**
 * Polynomials and coefficients are fdlibm's (e_log.c, e_exp.c, k_cos.c, k_sin.c; https://netlib.org/fdlibm):
 *
 * @license Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems,
 * Inc. business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this
 * notice is preserved.
 */

import { ArgumentError } from './errors.ts'

/** ln 2 in two parts. The first has 21 trailing zero bits, so its product with an exponent is exact. */
const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

/** 2^32, which scales without rounding. */
const manyTwos = 4294967296

/**
 * Natural logarithm, with an error below 1 ulp. NaN for x < 0 and NaN; −∞ for 0; ∞ for ∞.
 *
 * x = 2^k·(1 + f) with √½ ≤ 1 + f < √2, and log(1 + f) = 2 artanh(s) with s = f / (2 + f).
 */
export function log(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (x === Number.POSITIVE_INFINITY) return x
  if (!(x > 0)) return Number.NaN
  let k = 0
  let scaled = x
  for (; scaled < 1 / manyTwos; k -= 32) scaled *= manyTwos
  for (; scaled >= 1; k++) scaled /= 2
  const zeros = Math.clz32(scaled * manyTwos)
  scaled *= (1 << zeros) >>> 0
  k -= zeros
  if (scaled < Math.SQRT1_2) {
    scaled *= 2
    k--
  }
  const f = scaled - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const halfSquare = 0.5 * f * f
  return k * ln2High - (halfSquare - (s * (halfSquare + (even + odd)) + k * ln2Low) - f)
}

/** Below it the result is smaller than every normal float64, 2^-1022. */
const smallestExponent = -708.3964185322641

/**
 * e^x for x ≤ 0, with an error below 1 ulp. NaN for NaN and for x > 0; results below 2^-1022 are 0.
 *
 * x = k·ln 2 + r with |r| ≤ ½ ln 2, and e^r from a rational function of r.
 */
export function exp(x: number): number {
  if (!(x <= 0)) return Number.NaN
  if (x < smallestExponent) return 0
  const k = Math.floor(x * Math.LOG2E + 0.5)
  const high = x - k * ln2High
  const low = k * ln2Low
  const r = high - low
  const t = r * r
  const polynomial = 6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8)
  const c = r - t * (0.16666666666666602 + t * (-0.0027777777777015593 + t * polynomial))
  return (1 - (low - (r * c) / (2 - c) - high)) * power(0.5, -k)
}

/** π in two parts. The first has 24 bits, so its product with a number of 29 bits is exact. */
const piHigh = 3.1415927410125732
const piLow = -8.742278000372485e-8

/** 2^27 + 1: splits a float64 into two halves of at most 26 bits (Veltkamp, in Dekker 1971). */
const splitter = 134217729

/**
 * cos(πx), IEEE 754's cosPi, with an error below 1 ulp and exact zeros. Any finite x; NaN otherwise.
 *
 * x = q/2 + r with |r| ≤ ¼ is exact in float64; πr is computed to about 75 bits, of which the kernels take two parts.
 */
export function cosPi(x: number): number {
  const size = Math.abs(x)
  const turn = size < 2 ? size : size % 2
  const quarter = (Math.trunc(4 * turn) + 1) >> 1
  const r = turn - quarter / 2
  const angle = r * Math.PI
  const split = splitter * r
  const high = split - (split - r)
  const rest = high * piHigh - angle + ((r - high) * piHigh + r * piLow)
  // A difference, so that a zero is +0.
  if (quarter === 0 || quarter === 4) return cosine(angle, rest)
  if (quarter === 1) return 0 - sine(angle, rest)
  return quarter === 2 ? 0 - cosine(angle, rest) : sine(angle, rest)
}

/** cos(x + rest), |x| ≤ π/4. */
function cosine(x: number, rest: number): number {
  const z = x * x
  const low = z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 2.480158728947673e-5))
  const high = -2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)
  const halfSquare = 0.5 * z
  const w = 1 - halfSquare
  return w + (1 - w - halfSquare + (z * (low + z * z * (z * z) * high) - x * rest))
}

/** sin(x + rest), |x| ≤ π/4. */
function sine(x: number, rest: number): number {
  const z = x * x
  const low = 0.00833333333332249 + z * (-0.0001984126982985795 + z * 2.7557313707070068e-6)
  const high = -2.5050760253406863e-8 + z * 1.58969099521155e-10
  const v = z * x
  return x - (z * (0.5 * rest - v * (low + z * (z * z) * high)) - rest - v * -0.16666666666666632)
}

/**
 * `base` to a whole power n from 0 to 2^53 − 1, by squaring. The relative error is below n·2^-53 where nothing is
 * subnormal: a factor's rounding counts as often as the factor. Exact where every product fits into 53 bits, as for
 * powers of 2. Throws `ArgumentError` for other exponents.
 */
export function power(base: number, exponent: number): number {
  if (!Number.isSafeInteger(exponent) || exponent < 0) {
    throw new ArgumentError('an exponent is not a whole number', {
      received: `${exponent}`,
      expected: 'a whole number from 0 to 2^53 − 1',
    })
  }
  let result = 1
  let factor = base
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= factor
    factor *= factor
  }
  return result
}
