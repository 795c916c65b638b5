/**
 * Loops over ranges of values for functions that take one exponential: y = F(x, e^g(x)), and the gradients dx = dy·F.
 * F is a class without fields; AssemblyScript compiles the loop once for each F, with its methods inlined:
 *
 * - `take(x)`: x, limited where the rest would give ∞·0;
 * - `exponent(x, a)`: what is exponentiated;
 * - `apply(x, e, one, a)`: the result, or the slope that dy is multiplied by if `slopes()`.
 *
 * `a` is the function's parameter. Constants stand before the loops (constant.as.ts).
 */

import { constant, zeroOf } from './constant.as.ts'
import { exponential, exponentialMinusOne } from './math.as.ts'
import { high, LANES, put, STEP } from './steps.as.ts'
import { nextTile } from './tiles.as.ts'

/** y may be x or dy. `dy` is read only if F.slopes(). */
export function curve<F>(
  x: usize,
  dy: usize,
  y: usize,
  count: i32,
  a: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    const at = <usize>from << 2
    curveOver<F>(x + at, dy + at, y + at, min(chunk, count - from), a)
  }
}

function curveOver<F>(x: usize, dy: usize, y: usize, count: i32, parameter: f32): void {
  const zero = zeroOf(y)
  const least = constant(-104, zero)
  const most = constant(89, zero)
  const log2e = constant(1.44269504088896341, zero)
  const magic = constant(12582912, zero)
  const ln2High = constant(-0.693359375, zero)
  const ln2Low = constant(2.12194440e-4, zero)
  const c6 = constant(1.9875691500e-4, zero)
  const c5 = constant(1.3981999507e-3, zero)
  const c4 = constant(8.3334519073e-3, zero)
  const c3 = constant(4.1665795894e-2, zero)
  const c2 = constant(1.6666665459e-1, zero)
  const c1 = constant(5.0000001201e-1, zero)
  const one = constant(1, zero)
  const a = f32x4.splat(parameter)
  const end = y + (<usize>count << 2)
  for (const last = y + (<usize>(count & ~(LANES - 1)) << 2); y < last; y += STEP, x += STEP) {
    const low = v128.load(x)
    const v = changetype<F>(0).take(low)
    const vh = WIDE == 1 ? changetype<F>(0).take(high(x, low)) : v
    const e = exponential(changetype<F>(0).exponent(v, a), least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one)
    const eh = WIDE == 1 ? exponential(changetype<F>(0).exponent(vh, a), least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one) : e
    let result = changetype<F>(0).apply(v, e, one, a)
    let resultHigh = WIDE == 1 ? changetype<F>(0).apply(vh, eh, one, a) : result
    if (changetype<F>(0).slopes()) {
      const d = v128.load(dy)
      result = f32x4.mul(d, result)
      resultHigh = WIDE == 1 ? f32x4.mul(high(dy, d), resultHigh) : result
      dy += STEP
    }
    put(y, result, resultHigh)
  }
  for (; y < end; y += 4, x += 4) {
    const v = changetype<F>(0).take(v128.load32_zero(x))
    let result = changetype<F>(0).apply(v, exponential(changetype<F>(0).exponent(v, a), least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one), one, a)
    if (changetype<F>(0).slopes()) {
      result = f32x4.mul(v128.load32_zero(dy), result)
      dy += 4
    }
    v128.store_lane<f32>(y, result, 0)
  }
}

/** y = F.apply(x, e^F.exponent(x, a) − 1, a, b, c); the exponent is at most 0. y may be x. */
export function curveMinusOne<F>(
  x: usize,
  dy: usize,
  y: usize,
  count: i32,
  a: f32,
  b: f32,
  c: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    const at = <usize>from << 2
    minusOneOver<F>(x + at, dy + at, y + at, min(chunk, count - from), a, b, c)
  }
}

function minusOneOver<F>(x: usize, dy: usize, y: usize, count: i32, a: f32, b: f32, c: f32): void {
  const zero = zeroOf(y)
  const least = constant(-87, zero)
  const log2e = constant(1.44269504088896341, zero)
  const magic = constant(12582912, zero)
  const ln2High = constant(-0.693359375, zero)
  const ln2Low = constant(2.12194440e-4, zero)
  const c6 = constant(1.9875691500e-4, zero)
  const c5 = constant(1.3981999507e-3, zero)
  const c4 = constant(8.3334519073e-3, zero)
  const c3 = constant(4.1665795894e-2, zero)
  const c2 = constant(1.6666665459e-1, zero)
  const c1 = constant(5.0000001201e-1, zero)
  const one = constant(1, zero)
  const as = f32x4.splat(a)
  const bs = f32x4.splat(b)
  const cs = f32x4.splat(c)
  const end = y + (<usize>count << 2)
  for (const last = y + (<usize>(count & ~(LANES - 1)) << 2); y < last; y += STEP, x += STEP) {
    const v = v128.load(x)
    const vh = high(x, v)
    const e = exponentialMinusOne(changetype<F>(0).exponent(v, cs), least, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one)
    const eh = WIDE == 1 ? exponentialMinusOne(changetype<F>(0).exponent(vh, cs), least, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one) : e
    let result = changetype<F>(0).apply(v, e, as, bs)
    let resultHigh = WIDE == 1 ? changetype<F>(0).apply(vh, eh, as, bs) : result
    if (changetype<F>(0).slopes()) {
      const d = v128.load(dy)
      result = f32x4.mul(d, result)
      resultHigh = WIDE == 1 ? f32x4.mul(high(dy, d), resultHigh) : result
      dy += STEP
    }
    put(y, result, resultHigh)
  }
  for (; y < end; y += 4, x += 4) {
    const v = v128.load32_zero(x)
    let result = changetype<F>(0).apply(v, exponentialMinusOne(changetype<F>(0).exponent(v, cs), least, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one), as, bs)
    if (changetype<F>(0).slopes()) {
      result = f32x4.mul(v128.load32_zero(dy), result)
      dy += 4
    }
    v128.store_lane<f32>(y, result, 0)
  }
}
