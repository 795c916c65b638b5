/**
 * One line of values and the windows along it (attributes.ts says what lines are). Sums over a window are computed from scratch for each
 * value: no error is carried along the line, and a value's bits do not depend on where its line begins.
 */

import { Four, One } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'

/**
 * to = Σ d² over `rows` lines, `pitch` bytes apart, d = x − mean (mean 0: d = x), with `before` zeros in front and `after`
 * behind: the taps beyond the line.
 */
export function addSquares(
  x: usize,
  mean: usize,
  to: usize,
  rows: i32,
  pitch: usize,
  length: i32,
  before: i32,
  after: i32,
): void {
  const fours = length & ~3
  margins(to, length, before, after)
  const first = to + (<usize>before << 2)
  if (mean == 0) {
    squareLanes<Four>(x, first, rows, pitch, 0, fours)
    squareLanes<One>(x, first, rows, pitch, fours, length)
  } else {
    distanceLanes<Four>(x, mean, first, rows, pitch, 0, fours)
    distanceLanes<One>(x, mean, first, rows, pitch, fours, length)
  }
}

/** Zeros around a line of `length` values, which begins `before` values behind `to`. */
export function margins(to: usize, length: i32, before: i32, after: i32): void {
  memory.fill(to, 0, <usize>before << 2)
  memory.fill(to + (<usize>(before + length) << 2), 0, <usize>after << 2)
}

function squareLanes<L>(x: usize, to: usize, rows: i32, pitch: usize, begin: i32, end: i32): void {
  const width = changetype<L>(0).width()
  for (let i = begin; i < end; i += width) {
    const at = <usize>i << 2
    let from = x + at
    let sum = f32x4.splat(0)
    for (let row = rows; row > 0; row--) {
      const d = changetype<L>(0).load(from)
      sum = multiplyAdd(d, d, sum)
      from += pitch
    }
    changetype<L>(0).store(to + at, sum)
  }
}

function distanceLanes<L>(x: usize, mean: usize, to: usize, rows: i32, pitch: usize, begin: i32, end: i32): void {
  const width = changetype<L>(0).width()
  const apart = mean - x
  for (let i = begin; i < end; i += width) {
    const at = <usize>i << 2
    let from = x + at
    let sum = f32x4.splat(0)
    for (let row = rows; row > 0; row--) {
      const d = f32x4.sub(changetype<L>(0).load(from), changetype<L>(0).load(from + apart))
      sum = multiplyAdd(d, d, sum)
      from += pitch
    }
    changetype<L>(0).store(to + at, sum)
  }
}

/** to = Σ of `rows` lines, with zeros around it. */
export function addLines(
  from: usize,
  to: usize,
  rows: i32,
  pitch: usize,
  length: i32,
  before: i32,
  after: i32,
): void {
  const fours = length & ~3
  margins(to, length, before, after)
  const first = to + (<usize>before << 2)
  sumLanes<Four>(from, first, rows, pitch, 0, fours)
  sumLanes<One>(from, first, rows, pitch, fours, length)
}

function sumLanes<L>(x: usize, to: usize, rows: i32, pitch: usize, begin: i32, end: i32): void {
  const width = changetype<L>(0).width()
  for (let i = begin; i < end; i += width) {
    const at = <usize>i << 2
    let from = x + at
    let sum = f32x4.splat(0)
    for (let row = rows; row > 0; row--) {
      sum = f32x4.add(sum, changetype<L>(0).load(from))
      from += pitch
    }
    changetype<L>(0).store(to + at, sum)
  }
}

/** to = k + alpha·(the sum of `size` values, `step` bytes apart) for the windows that begin at each value of a line. */
export function windowSums(from: usize, to: usize, length: i32, size: i32, step: usize, alpha: f32, k: f32): void {
  const fours = length & ~3
  const eights = length & ~7
  windowPairs(from, to, eights, size, step, alpha, k)
  windowLanes<Four>(from, to, eights, fours, size, step, alpha, k)
  windowLanes<One>(from, to, fours, length, size, step, alpha, k)
}

/** Values 0 … end − 1, eight at once: taps share what a turn of the loop costs. */
function windowPairs(from: usize, to: usize, end: i32, size: i32, step: usize, alpha: f32, k: f32): void {
  const a = f32x4.splat(alpha)
  const c = f32x4.splat(k)
  for (let i = 0; i < end; i += 8) {
    const at = <usize>i << 2
    let tap = from + at
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    for (let j = size; j > 0; j--) {
      s0 = f32x4.add(s0, v128.load(tap))
      s1 = f32x4.add(s1, v128.load(tap, 16))
      tap += step
    }
    v128.store(to + at, multiplyAdd(s0, a, c))
    v128.store(to + at, multiplyAdd(s1, a, c), 16)
  }
}

function windowLanes<L>(
  from: usize,
  to: usize,
  begin: i32,
  end: i32,
  size: i32,
  step: usize,
  alpha: f32,
  k: f32,
): void {
  const width = changetype<L>(0).width()
  const a = f32x4.splat(alpha)
  const c = f32x4.splat(k)
  for (let i = begin; i < end; i += width) {
    const at = <usize>i << 2
    let tap = from + at
    let sum = f32x4.splat(0)
    for (let j = size; j > 0; j--) {
      sum = f32x4.add(sum, changetype<L>(0).load(tap))
      tap += step
    }
    changetype<L>(0).store(to + at, multiplyAdd(sum, a, c))
  }
}
