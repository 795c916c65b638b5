/**
 * Loops over ranges of values for functions that take one exponential: y = F(x, e^g(x)), and the gradients dx = dy·F.
 * F is a class without fields; AssemblyScript compiles the loop once for each F, with its methods inlined:
 *
 * - `take(x)`: x, limited where the rest would give ∞·0;
 * - `exponent(x, a)`: what is exponentiated;
 * - `apply(x, e, one, a)`: the result, or the slope that dy is multiplied by if `slopes()`.
 *
 * `a` is the function's parameter. Constants stand before the loops (see math.as.ts).
 */

import { Four, One } from './lanes.as.ts'
import { exponential, exponentialMinusOne } from './math.as.ts'
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
    const length = min(chunk, count - from)
    const at = <usize>from << 2
    const rest = at + (<usize>(length & ~3) << 2)
    curveLanes<Four, F>(x + at, dy + at, y + at, length & ~3, a)
    curveLanes<One, F>(x + rest, dy + rest, y + rest, length & 3, a)
  }
}

function curveLanes<L, F>(x: usize, dy: usize, y: usize, count: i32, parameter: f32): void {
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
    minusOneLanes<Four, F>(x + at, dy + at, y + at, length & ~3, a, b, c)
    minusOneLanes<One, F>(x + rest, dy + rest, y + rest, length & 3, a, b, c)
  }
}

function minusOneLanes<L, F>(x: usize, dy: usize, y: usize, count: i32, a: f32, b: f32, c: f32): void {
  const step = <usize>changetype<L>(0).width() << 2
  const least = f32x4.splat(-87)
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
