/**
 * log, exp and cos(πx) of float64 numbers to some hundreds of digits, from their series in integers: a fixed-point number
 * v stands for v / 2^bits. Slow, and exact enough to tell how many ulps a float64 result is off.
 */

/** Of the fraction. e^-708 begins at bit 1022, and 80 bits of it are left. */
const bits = 1104n
const one = 1n << bits

/** Exact: numbers below 2^-1104 have no float64 but 0. */
export function toFixed(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const word = view.getBigUint64(0)
  const exponent = (word >> 52n) & 2047n
  const mantissa = (word & ((1n << 52n) - 1n)) | (exponent === 0n ? 0n : 1n << 52n)
  // The value is mantissa · 2^(exponent − 1075), where subnormals count as exponent 1.
  const magnitude = mantissa << (bits - 1075n + (exponent === 0n ? 1n : exponent))
  return x < 0 ? -magnitude : magnitude
}

const times = (a: bigint, b: bigint) => (a * b) >> bits

/** Σ of terms, each made from the one before it, until they vanish. */
function series(first: bigint, next: (term: bigint, index: bigint) => bigint): bigint {
  let sum = 0n
  for (let term = first, index = 1n; term !== 0n && term !== -1n; term = next(term, index++)) sum += term
  return sum
}

/** 2 artanh(s) = log((1 + s) / (1 − s)) */
function doubleArtanh(s: bigint): bigint {
  const square = times(s, s)
  let sum = 0n
  for (let power = s, n = 1n; power !== 0n && power !== -1n; power = times(power, square), n += 2n) sum += power / n
  return 2n * sum
}

const ln2 = doubleArtanh(one / 3n)

/** x > 0 */
export function exactLog(x: number): bigint {
  let k = 0n
  let scaled = toFixed(x)
  for (; scaled < one / 2n; k--) scaled *= 2n
  for (; scaled > one; k++) scaled /= 2n
  return k * ln2 + doubleArtanh(((scaled - one) << bits) / (scaled + one))
}

export function exactExp(x: number): bigint {
  const fixed = toFixed(x)
  const k = fixed / ln2
  const rest = fixed - k * ln2
  const value = series(one, (term, index) => times(term, rest) / index)
  return k < 0n ? value >> -k : value << k
}

function arctanOfInverse(n: bigint): bigint {
  let sum = 0n
  for (let power = one / n, k = 1n; power !== 0n; power /= n * n, k += 2n) sum += k % 4n === 1n ? power / k : -power / k
  return sum
}

/** Machin 1706. */
const pi = 16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)

export function exactCosPi(x: number): bigint {
  const angle = times(pi, toFixed(x) % (2n * one))
  const square = times(angle, angle)
  return series(one, (term, index) => -times(term, square) / ((2n * index - 1n) * (2n * index)))
}

/** How far a float64 is from the exact value, in units of its last place. */
export function ulpsOff(found: number, exact: bigint): number {
  const difference = toFixed(found) - exact
  const magnitude = exact < 0n ? -exact : exact
  // A normal float64 of magnitude 2^e has its last place at 2^(e − 52).
  const place = BigInt(magnitude.toString(2).length - 1) - 52n
  const least = bits - 1074n
  const unit = 1n << (place > least ? place : least)
  return Math.abs(Number((difference * 1000000n) / unit)) / 1e6
}
