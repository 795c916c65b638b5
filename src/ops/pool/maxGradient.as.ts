/**
 * The inner loops of the gradient of max pooling: dy goes to the tap that wins its window (op.ts). Steps are as in max.as.ts,
 * and so is the way in which NaNs are found.
 */

import { Four, One } from '../kernel/lanes.as.ts'
import { nan } from './max.as.ts'

/** Adds dy to the tap that wins its window, if its row is one of ownFrom … ownTo − 1. */
export function giveToWinner(
  x: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  columns: i32,
  ownFrom: i32,
  ownTo: i32,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  give<Four>(x, dy, dx, rows, columns, ownFrom, ownTo, rowStep, columnStep, 0, fours)
  give<One>(x, dy, dx, rows, columns, ownFrom, ownTo, rowStep, columnStep, fours, channels)
}

function give<L>(
  x: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  columns: i32,
  ownFrom: i32,
  ownTo: i32,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): void {
  const width = changetype<L>(0).width()
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    let row = x + at
    let best = changetype<L>(0).load(row)
    // Taps are counted from 0, in the window's order.
    const one = i32x4.splat(1)
    let number = i32x4.splat(0)
    let winner = i32x4.splat(0)
    for (let i = rows; i > 0; i--) {
      let tap = row
      for (let j = columns; j > 0; j--) {
        const v = changetype<L>(0).load(tap)
        const isNan = nan(v)
        const wins = v128.or(f32x4.lt(best, v), isNan)
        best = v128.or(f32x4.pmax(best, v), isNan)
        winner = i32x4.max_s(winner, v128.and(number, wins))
        number = i32x4.add(number, one)
        tap += columnStep
      }
      row += rowStep
    }
    const given = changetype<L>(0).load(dy + at)
    number = i32x4.splat(ownFrom * columns)
    for (let i = ownFrom; i < ownTo; i++) {
      let target = dx + <usize>i * rowStep + at
      for (let j = columns; j > 0; j--) {
        const won = i32x4.eq(winner, number)
        changetype<L>(0).store(target, f32x4.add(changetype<L>(0).load(target), v128.and(given, won)))
        number = i32x4.add(number, one)
        target += columnStep
      }
    }
  }
}

/** The gradient of `count` windows of 2×2 that overlap with no others: every tap is written, none is read. */
export function writeWinners2(
  x: usize,
  dy: usize,
  dx: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  let sum = write4<Four>(x, dy, dx, count, step, pitch, rowStep, columnStep, 0, fours)
  if (fours < channels) {
    // The rest of a row that is not a multiple of four: four values again, some of them a second time.
    const rest = channels > 3
      ? write4<Four>(x, dy, dx, count, step, pitch, rowStep, columnStep, channels - 4, channels)
      : write4<One>(x, dy, dx, count, step, pitch, rowStep, columnStep, fours, channels)
    sum = f32x4.add(sum, rest)
  }
  if (v128.any_true(nan(sum))) rewriteWinners2(x, dy, dx, count, step, pitch, rowStep, columnStep, channels)
}

/** A run in which there may be a NaN. */
function rewriteWinners2(
  x: usize,
  dy: usize,
  dx: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  for (let k = count; k > 0; k--) {
    memory.fill(dx, 0, pitch)
    memory.fill(dx + columnStep, 0, pitch)
    memory.fill(dx + rowStep, 0, pitch)
    memory.fill(dx + rowStep + columnStep, 0, pitch)
    giveToWinner(x, dy, dx, 2, 2, 0, 2, rowStep, columnStep, channels)
    x += step
    dx += step
    dy += pitch
  }
}

/** Channels begin … end − 1. The result is NaN in some lane if the knock-out may have passed over a NaN. */
function write4<L>(
  x: usize,
  dy: usize,
  dx: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): v128 {
  const width = changetype<L>(0).width()
  let sum = f32x4.splat(0)
  for (let k = count; k > 0; k--) {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      const p = x + at
      const q = p + rowStep
      const v0 = changetype<L>(0).load(p)
      const v1 = changetype<L>(0).load(p + columnStep)
      const v2 = changetype<L>(0).load(q)
      const v3 = changetype<L>(0).load(q + columnStep)
      const given = changetype<L>(0).load(dy + at)
      // Knock-out: within each row, then between the rows; of equals the earlier stays.
      const right = f32x4.lt(v0, v1)
      const right2 = f32x4.lt(v2, v3)
      const below = f32x4.lt(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3))
      sum = f32x4.add(sum, f32x4.add(f32x4.add(v1, v2), v3))
      const top = v128.andnot(given, below)
      const bottom = v128.and(given, below)
      const to = dx + at
      changetype<L>(0).store(to, v128.andnot(top, right))
      changetype<L>(0).store(to + columnStep, v128.and(top, right))
      changetype<L>(0).store(to + rowStep, v128.andnot(bottom, right2))
      changetype<L>(0).store(to + rowStep + columnStep, v128.and(bottom, right2))
    }
    x += step
    dx += step
    dy += pitch
  }
  return sum
}

/** Adds `given` where the value is the best and no earlier tap was; returns the lanes that are still open. */
// @ts-ignore: decorator
@inline
function settle<L>(value: v128, best: v128, open: v128, given: v128, target: usize): v128 {
  const won = v128.and(f32x4.eq(value, best), open)
  changetype<L>(0).store(target, f32x4.add(changetype<L>(0).load(target), v128.and(given, won)))
  return v128.andnot(open, won)
}

/** The gradient of `count` windows of 3×3, added to what is there. */
export function addWinners3(
  x: usize,
  dy: usize,
  dx: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  add9<Four>(x, dy, dx, count, step, pitch, rowStep, columnStep, 0, fours)
  add9<One>(x, dy, dx, count, step, pitch, rowStep, columnStep, fours, channels)
}

function add9<L>(
  x: usize,
  dy: usize,
  dx: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): void {
  const width = changetype<L>(0).width()
  const twice = columnStep << 1
  for (let k = count; k > 0; k--) {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      const p = x + at
      const q = p + rowStep
      const r = q + rowStep
      const v0 = changetype<L>(0).load(p)
      const v1 = changetype<L>(0).load(p + columnStep)
      const v2 = changetype<L>(0).load(p + twice)
      const v3 = changetype<L>(0).load(q)
      const v4 = changetype<L>(0).load(q + columnStep)
      const v5 = changetype<L>(0).load(q + twice)
      const v6 = changetype<L>(0).load(r)
      const v7 = changetype<L>(0).load(r + columnStep)
      const v8 = changetype<L>(0).load(r + twice)
      // NaN where a value is (and where infinities meet, which the loop for any window also gets right).
      const sum = f32x4.add(
        f32x4.add(f32x4.add(v0, v1), f32x4.add(v2, v3)),
        f32x4.add(f32x4.add(v4, v5), f32x4.add(f32x4.add(v6, v7), v8)),
      )
      if (v128.any_true(nan(sum))) {
        give<L>(x, dy, dx, 3, 3, 0, 3, rowStep, columnStep, c, c + width)
        continue
      }
      const a = f32x4.pmax(f32x4.pmax(v0, v1), v2)
      const b = f32x4.pmax(f32x4.pmax(v3, v4), v5)
      const best = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(f32x4.pmax(v6, v7), v8))
      const given = changetype<L>(0).load(dy + at)
      const to = dx + at
      const to1 = to + rowStep
      const to2 = to1 + rowStep
      let open = settle<L>(v0, best, i32x4.splat(-1), given, to)
      open = settle<L>(v1, best, open, given, to + columnStep)
      open = settle<L>(v2, best, open, given, to + twice)
      open = settle<L>(v3, best, open, given, to1)
      open = settle<L>(v4, best, open, given, to1 + columnStep)
      open = settle<L>(v5, best, open, given, to1 + twice)
      open = settle<L>(v6, best, open, given, to2)
      open = settle<L>(v7, best, open, given, to2 + columnStep)
      settle<L>(v8, best, open, given, to2 + twice)
    }
    x += step
    dx += step
    dy += pitch
  }
}
