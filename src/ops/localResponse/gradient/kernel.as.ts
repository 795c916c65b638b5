/**
 * The gradients of local response normalization. With t = p^(−β) and r = dy·x·t/p: dx = dy·t − 2αβ·d·R, where R is the sum of
 * r over all windows that see the value; dmean = 2αβ·d·R. Across channels both parts are made line by line; within a map,
 * where R needs the lines around, r is written down between them.
 */

import { Four, One } from '../../kernel/lanes.as.ts'
import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'
import { negativePowers } from '../../kernel/powers.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'
import { addLines, addSquares, margins, windowSums } from '../line.as.ts'

/** Windows across channels. Scratch: two lines with size − 1 more values, and two lines. */
export function localResponseGradient(
  x: usize,
  dy: usize,
  dx: usize,
  lines: i32,
  length: i32,
  size: i32,
  before: i32,
  alpha: f32,
  beta: f32,
  k: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>length << 2
  const after = size - 1 - before
  const padded = <usize>(length + size - 1) << 2
  const ratios = scratch + padded
  const sums = ratios + padded
  const powers = sums + pitch
  margins(ratios, length, after, before)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, lines)
    for (let line = tile * chunk; line < end; line++) {
      const own = <usize>line * pitch
      addSquares(x + own, 0, scratch, 1, pitch, length, before, after)
      windowSums(scratch, sums, length, size, 4, alpha, k)
      negativePowers(sums, powers, length, beta)
      ratiosOfLine(x + own, dy + own, dx + own, sums, powers, ratios + (<usize>after << 2), length)
      windowSums(ratios, sums, length, size, 4, -2 * alpha * beta, 0)
      spreadLine(x + own, 0, sums, dx + own, 0, length)
    }
  }
}

/** dx = dy·t and ratios = dy·x·t/p. */
function ratiosOfLine(x: usize, dy: usize, dx: usize, p: usize, t: usize, ratios: usize, length: i32): void {
  const fours = length & ~3
  ratioLanes<Four>(x, dy, dx, p, t, ratios, 0, fours)
  ratioLanes<One>(x, dy, dx, p, t, ratios, fours, length)
}

function ratioLanes<L>(x: usize, dy: usize, dx: usize, p: usize, t: usize, ratios: usize, begin: i32, end: i32): void {
  const width = changetype<L>(0).width()
  for (let i = begin; i < end; i += width) {
    const at = <usize>i << 2
    const direct = f32x4.mul(changetype<L>(0).load(dy + at), changetype<L>(0).load(t + at))
    const ratio = f32x4.div(f32x4.mul(direct, changetype<L>(0).load(x + at)), changetype<L>(0).load(p + at))
    changetype<L>(0).store(dx + at, direct)
    changetype<L>(0).store(ratios + at, ratio)
  }
}

/** dx += d·sums and, with a mean, dmean = −d·sums. */
function spreadLine(x: usize, mean: usize, sums: usize, dx: usize, dmean: usize, length: i32): void {
  const fours = length & ~3
  spreadLanes<Four>(x, mean, sums, dx, dmean, 0, fours)
  spreadLanes<One>(x, mean, sums, dx, dmean, fours, length)
}

function spreadLanes<L>(
  x: usize,
  mean: usize,
  sums: usize,
  dx: usize,
  dmean: usize,
  begin: i32,
  end: i32,
): void {
  const width = changetype<L>(0).width()
  for (let i = begin; i < end; i += width) {
    const at = <usize>i << 2
    const sum = changetype<L>(0).load(sums + at)
    let d = changetype<L>(0).load(x + at)
    if (mean != 0) {
      d = f32x4.sub(d, changetype<L>(0).load(mean + at))
      changetype<L>(0).store(dmean + at, f32x4.neg(f32x4.mul(d, sum)))
    }
    changetype<L>(0).store(dx + at, multiplyAdd(d, sum, changetype<L>(0).load(dx + at)))
  }
}

/** Windows within a map, first part: dx = dy·t, and the ratios. Scratch: a line with its margins, and two lines. */
export function localResponseGradientRatios(
  x: usize,
  dy: usize,
  mean: usize,
  dx: usize,
  ratios: usize,
  lines: i32,
  height: i32,
  length: i32,
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
  const after = size - 1 - before
  const sums = scratch + (<usize>(length + (size - 1) * step) << 2)
  const powers = sums + pitch
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, lines)
    for (let line = tile * chunk; line < end; line++) {
      const row = line % height
      const first = max(row - before, 0)
      const rows = min(row + after + 1, height) - first
      const from = <usize>(line - row + first) * pitch
      const own = <usize>line * pitch
      addSquares(x + from, mean == 0 ? 0 : mean + from, scratch, rows, pitch, length, before * step, after * step)
      windowSums(scratch, sums, length, size, <usize>step << 2, alpha, k)
      negativePowers(sums, powers, length, beta)
      ratiosOfLine(x + own, dy + own, dx + own, sums, powers, ratios + own, length)
    }
  }
}

/** Second part: a value is seen by the windows of those around it, as far in front as theirs reach behind. */
export function localResponseGradientSpread(
  x: usize,
  mean: usize,
  ratios: usize,
  dx: usize,
  dmean: usize,
  lines: i32,
  height: i32,
  length: i32,
  size: i32,
  before: i32,
  step: i32,
  alpha: f32,
  beta: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>length << 2
  const after = size - 1 - before
  const sums = scratch + (<usize>(length + (size - 1) * step) << 2)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, lines)
    for (let line = tile * chunk; line < end; line++) {
      const row = line % height
      const first = max(row - after, 0)
      const rows = min(row + before + 1, height) - first
      const from = <usize>(line - row + first) * pitch
      const own = <usize>line * pitch
      addLines(ratios + from, scratch, rows, pitch, length, after * step, before * step)
      windowSums(scratch, sums, length, size, <usize>step << 2, -2 * alpha * beta, 0)
      spreadLine(x + own, mean == 0 ? 0 : mean + own, sums, dx + own, dmean + own, length)
    }
  }
}
