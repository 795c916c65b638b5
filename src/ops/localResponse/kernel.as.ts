/** Local response normalization: y = x·p^(−β), p = k + α·Σd². See line.as.ts for lines, attributes.ts for their geometry. */

import { Four, One } from '../kernel/lanes.as.ts'
import { negativePowers } from '../kernel/powers.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'
import { addSquares, windowSums } from './line.as.ts'

/**
 * `mean` 0: none. A picture has `height` lines; a window has `tall` rows of which `up` are in front, and `size` taps of `step`
 * values. Scratch: a line with (size − 1)·step more values, and a line.
 */
export function localResponseForward(
  x: usize,
  mean: usize,
  y: usize,
  lines: i32,
  height: i32,
  length: i32,
  tall: i32,
  up: i32,
  size: i32,
  before: i32,
  step: i32,
  alpha: f32,
  beta: f32,
  k: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>length << 2
  const fours = length & ~3
  const after = (size - 1 - before) * step
  const sums = scratch + (<usize>(length + (size - 1) * step) << 2)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, lines)
    for (let line = tile * chunk; line < end; line++) {
      const row = line % height
      const first = max(row - up, 0)
      const rows = min(row - up + tall, height) - first
      const from = <usize>(line - row + first) * pitch
      const own = <usize>line * pitch
      addSquares(x + from, mean == 0 ? 0 : mean + from, scratch, rows, pitch, length, before * step, after)
      windowSums(scratch, sums, length, size, <usize>step << 2, alpha, k)
      negativePowers(sums, sums, length, beta)
      multiply<Four>(x + own, sums, y + own, 0, fours)
      multiply<One>(x + own, sums, y + own, fours, length)
    }
  }
}

function multiply<L>(a: usize, b: usize, to: usize, begin: i32, end: i32): void {
  const width = changetype<L>(0).width()
  for (let i = begin; i < end; i += width) {
    const at = <usize>i << 2
    changetype<L>(0).store(to + at, f32x4.mul(changetype<L>(0).load(a + at), changetype<L>(0).load(b + at)))
  }
}
