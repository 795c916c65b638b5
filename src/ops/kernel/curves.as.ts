/**
 * Loops over ranges of values for functions that take one exponential: y = F(x, e^g(x)), and the gradients dx = dy·F.
 * F is a class without fields; AssemblyScript compiles the loop once for each F, with its methods inlined:
 *
 * - `take(x)`: x, limited where the rest would give ∞·0;
 * - `exponent(x, a)`: what is exponentiated;
 * - `apply(x, e, one, a)`: the result, or the slope that dy is multiplied by if `slopes()`.
 *
 * `a` is the function's parameter. Constants stand before the loops (see math.as.ts), and are kept there by `constant`: where
 * a function has an argument that F does not use, asc's optimizer takes it away and then moves constants into the loop
 * (sigmoid: 4.4 → 10 ns for four values).
 */

import { Four, One } from './lanes.as.ts'
import { exponential, exponentialMinusOne } from './math.as.ts'
import { nextTile } from './tiles.as.ts'

/** `value`, by an `or` with 0, which the optimizer cannot know to be 0. */
// @ts-ignore: decorator
@inline
function constant(value: f32, zero: v128): v128 {
  return v128.or(f32x4.splat(value), zero)
}

/** 0: the counter's address is a multiple of 4. */
// @ts-ignore: decorator
@inline
function zeroOf(counter: usize): v128 {
  return i32x4.splat(<i32>counter & 3)
}

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
    const length = min(chunk, count - from)
    const at = <usize>from << 2
    const rest = at + (<usize>(length & ~3) << 2)
    curveLanes<Four, F>(x + at, dy + at, y + at, length & ~3, a, zeroOf(counter))
    curveLanes<One, F>(x + rest, dy + rest, y + rest, length & 3, a, zeroOf(counter))
  }
}

function curveLanes<L, F>(x: usize, dy: usize, y: usize, count: i32, parameter: f32, zero: v128): void {
  const step = <usize>changetype<L>(0).width() << 2
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
  for (const end = y + (<usize>count << 2); y < end; y += step) {
    const v = changetype<F>(0).take(changetype<L>(0).load(x))
    const power = changetype<F>(0).exponent(v, a)
    const e = exponential(power, least, most, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one)
    let result = changetype<F>(0).apply(v, e, one, a)
    if (changetype<F>(0).slopes()) {
      result = f32x4.mul(changetype<L>(0).load(dy), result)
      dy += step
    }
    changetype<L>(0).store(y, result)
    x += step
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
    const length = min(chunk, count - from)
    const at = <usize>from << 2
    const rest = at + (<usize>(length & ~3) << 2)
    minusOneLanes<Four, F>(x + at, dy + at, y + at, length & ~3, a, b, c, zeroOf(counter))
    minusOneLanes<One, F>(x + rest, dy + rest, y + rest, length & 3, a, b, c, zeroOf(counter))
  }
}

function minusOneLanes<L, F>(x: usize, dy: usize, y: usize, count: i32, a: f32, b: f32, c: f32, zero: v128): void {
  const step = <usize>changetype<L>(0).width() << 2
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
  for (const end = y + (<usize>count << 2); y < end; y += step) {
    const v = changetype<L>(0).load(x)
    const power = changetype<F>(0).exponent(v, cs)
    const m = exponentialMinusOne(power, least, log2e, magic, ln2High, ln2Low, c6, c5, c4, c3, c2, c1, one)
    let result = changetype<F>(0).apply(v, m, as, bs)
    if (changetype<F>(0).slopes()) {
      result = f32x4.mul(changetype<L>(0).load(dy), result)
      dy += step
    }
    changetype<L>(0).store(y, result)
    x += step
  }
}
