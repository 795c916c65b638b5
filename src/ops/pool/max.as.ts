/**
 * The inner loops of max pooling: over the channels of one window, or of a run of windows of 2×2 or 3×3 that lie wholly
 * on the picture. `rowStep` and `columnStep` are bytes from tap to tap. pmax(best, v) keeps the first of equal values.
 *
 * 2×2 moves 72 GB/s where the pictures fit the last cache, a memcpy 70 to 95. Where they do not, fetching a
 * window's rows ahead (touch.as.ts) made 2×2 and 3×3 slower by a fifth.
 */

import { Four, One } from '../kernel/lanes.as.ts'

/** One window of any shape. */
export function maxWindow(
  from: usize,
  to: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  largest<Four>(from, to, rows, columns, rowStep, columnStep, 0, fours)
  // What is left of a row that is no multiple of four: once more four, partly the same values again.
  if (channels > 3 && fours < channels) largest<Four>(from, to, rows, columns, rowStep, columnStep, channels - 4, channels)
  else largest<One>(from, to, rows, columns, rowStep, columnStep, fours, channels)
}

function largest<L>(
  from: usize,
  to: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): void {
  const width = changetype<L>(0).width()
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    let row = from + at
    let best = changetype<L>(0).load(row)
    for (let i = rows; i > 0; i--) {
      let tap = row
      for (let j = columns; j > 0; j--) {
        best = f32x4.pmax(best, changetype<L>(0).load(tap))
        tap += columnStep
      }
      row += rowStep
    }
    changetype<L>(0).store(to + at, best)
  }
}

/** `count` windows of 2×2, `step` bytes apart; outputs are `pitch` bytes apart. */
export function maxRun2(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  const eights = channels & ~7
  if (eights > 0) largestOf4Pairs(from, to, count, step, pitch, rowStep, columnStep, eights)
  if (eights < fours) largestOf4<Four>(from, to, count, step, pitch, rowStep, columnStep, eights, fours)
  // What is left of a row that is no multiple of four: once more four, partly the same values again.
  if (channels > 3 && fours < channels) largestOf4<Four>(from, to, count, step, pitch, rowStep, columnStep, channels - 4, channels)
  else largestOf4<One>(from, to, count, step, pitch, rowStep, columnStep, fours, channels)
}

/** Channels 0 … end − 1, eight at once. */
function largestOf4Pairs(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  end: i32,
): void {
  const bytes = <usize>end << 2
  for (let k = count; k > 0; k--) {
    let p = from
    let r = from + columnStep
    let q = from + rowStep
    let s = q + columnStep
    let target = to
    for (const last = p + bytes; p < last; p += 32) {
      const a0 = f32x4.pmax(v128.load(p), v128.load(r))
      const a1 = f32x4.pmax(v128.load(p, 16), v128.load(r, 16))
      const b0 = f32x4.pmax(v128.load(q), v128.load(s))
      const b1 = f32x4.pmax(v128.load(q, 16), v128.load(s, 16))
      const y0 = f32x4.pmax(a0, b0)
      const y1 = f32x4.pmax(a1, b1)
      v128.store(target, y0)
      v128.store(target, y1, 16)
      q += 32
      r += 32
      s += 32
      target += 32
    }
    from += step
    to += pitch
  }
}

function largestOf4<L>(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): void {
  const width = changetype<L>(0).width()
  for (let k = count; k > 0; k--) {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      const p = from + at
      const q = p + rowStep
      const first = f32x4.pmax(changetype<L>(0).load(p), changetype<L>(0).load(p + columnStep))
      const second = f32x4.pmax(changetype<L>(0).load(q), changetype<L>(0).load(q + columnStep))
      changetype<L>(0).store(to + at, f32x4.pmax(first, second))
    }
    from += step
    to += pitch
  }
}

/** `count` windows of 3×3. */
export function maxRun3(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  largestOf9<Four>(from, to, count, step, pitch, rowStep, columnStep, 0, fours)
  // What is left of a row that is no multiple of four: once more four, partly the same values again.
  if (channels > 3 && fours < channels) largestOf9<Four>(from, to, count, step, pitch, rowStep, columnStep, channels - 4, channels)
  else largestOf9<One>(from, to, count, step, pitch, rowStep, columnStep, fours, channels)
}

function largestOf9<L>(
  from: usize,
  to: usize,
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
      const p = from + at
      const q = p + rowStep
      const r = q + rowStep
      let a = f32x4.pmax(changetype<L>(0).load(p), changetype<L>(0).load(p + columnStep))
      let b = f32x4.pmax(changetype<L>(0).load(q), changetype<L>(0).load(q + columnStep))
      let d = f32x4.pmax(changetype<L>(0).load(r), changetype<L>(0).load(r + columnStep))
      a = f32x4.pmax(a, changetype<L>(0).load(p + twice))
      b = f32x4.pmax(b, changetype<L>(0).load(q + twice))
      d = f32x4.pmax(d, changetype<L>(0).load(r + twice))
      changetype<L>(0).store(to + at, f32x4.pmax(f32x4.pmax(a, b), d))
    }
    from += step
    to += pitch
  }
}

/** Adds dy to the first tap that holds the window's largest value, if its row is one of ownFrom … ownTo − 1. */
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
    for (let i = rows; i > 0; i--) {
      let tap = row
      for (let j = columns; j > 0; j--) {
        best = f32x4.pmax(best, changetype<L>(0).load(tap))
        tap += columnStep
      }
      row += rowStep
    }
    const given = changetype<L>(0).load(dy + at)
    let open = i32x4.splat(-1)
    for (let i = 0; i < ownTo; i++) {
      let offset = <usize>i * rowStep + at
      for (let j = columns; j > 0; j--) {
        const won = v128.and(f32x4.eq(changetype<L>(0).load(x + offset), best), open)
        open = v128.andnot(open, won)
        if (i >= ownFrom) {
          const target = dx + offset
          changetype<L>(0).store(target, f32x4.add(changetype<L>(0).load(target), v128.and(given, won)))
        }
        offset += columnStep
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
  write4<Four>(x, dy, dx, count, step, pitch, rowStep, columnStep, 0, fours)
  // What is left of a row that is no multiple of four: once more four, partly the same values again.
  if (channels > 3 && fours < channels) write4<Four>(x, dy, dx, count, step, pitch, rowStep, columnStep, channels - 4, channels)
  else write4<One>(x, dy, dx, count, step, pitch, rowStep, columnStep, fours, channels)
}

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
): void {
  const width = changetype<L>(0).width()
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
