/** Softmax and its gradient, row by row: short passes over the rows of a tile, which stays in the first cache. */

import { nextTile } from '../kernel/tiles.as.ts'
import { exponentials, greatest, scaleRow, shiftedExponentials, shiftRow, sumRow } from './rows.as.ts'

/** With at least this many classes, each row is exponentiated on its own and summed in the same pass. */
const LONG: i32 = 64

/** x, y: [rows, classes]; y may be x. A tile is `chunk` rows. */
export function softmax(
  x: usize,
  y: usize,
  rows: i32,
  classes: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>classes << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, rows)
    const from = <usize>first * pitch
    if (classes < LONG) {
      for (let row = first, at = from; row < end; row++, at += pitch) shiftRow(x + at, y + at, classes)
      exponentials(y + from, (end - first) * classes)
      for (let row = first, at = y + from; row < end; row++, at += pitch) {
        scaleRow(at, at, classes, <f32>(1 / sumRow(at, classes)), 0)
      }
    } else {
      for (let row = first, at = from; row < end; row++, at += pitch) softmaxRow(x + at, y + at, classes)
    }
  }
}

function softmaxRow(x: usize, y: usize, classes: i32): void {
  let maximum = greatest(x, classes)
  if (abs(maximum) == Infinity) {
    // Differences of the same infinity would be NaN.
    shiftRow(x, y, classes)
    x = y
    maximum = 0
  }
  const sum = shiftedExponentials(x, y, classes, maximum)
  scaleRow(y, y, classes, <f32>(1 / sum), 0)
}

/** dx = y·(dy − Σ y·dy); dx may be y or dy. */
export function softmaxGradient(
  y: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  classes: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>classes << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, rows)
    for (let row = first, at = <usize>first * pitch; row < end; row++, at += pitch) {
      gradientOfRow(y + at, dy + at, dx + at, classes)
    }
  }
}

function gradientOfRow(y: usize, dy: usize, dx: usize, classes: i32): void {
  let sums = f32x4.splat(0)
  let i: usize = 0
  const bytes = (<usize>classes) << 2
  for (; i + 16 <= bytes; i += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(y + i), v128.load(dy + i)))
  let sum =
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 1) +
    (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3))
  for (; i < bytes; i += 4) sum += load<f32>(y + i) * load<f32>(dy + i)
  const mean = f32x4.splat(sum)
  i = 0
  for (; i + 16 <= bytes; i += 16) {
    v128.store(dx + i, f32x4.mul(v128.load(y + i), f32x4.sub(v128.load(dy + i), mean)))
  }
  for (; i < bytes; i += 4) store<f32>(dx + i, load<f32>(y + i) * (load<f32>(dy + i) - sum))
}
