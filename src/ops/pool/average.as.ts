/**
 * The inner loops of average and L2-norm pooling, over the channels of a run of windows that are cut alike. `step` and `pitch` are
 * bytes from window to window at the picture and at the result, `rowStep` and `columnStep` from tap to tap.
 */

import { Four, One } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'

/** What a sum over a window is of, and what becomes of it: an average. */
@unmanaged
@final
export class Average {
  @inline add(sum: v128, value: v128): v128 {
    return f32x4.add(sum, value)
  }
  @inline finish(sum: v128, share: v128): v128 {
    return f32x4.mul(sum, share)
  }
}

/** The same for an L2 norm, which has no divisor. */
@unmanaged
@final
export class Norm {
  @inline add(sum: v128, value: v128): v128 {
    return multiplyAdd(value, value, sum)
  }
  @inline finish(sum: v128, _share: v128): v128 {
    return f32x4.sqrt(sum)
  }
}

/** `count` windows: F of each one's values on the picture. */
export function sumRun<F>(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
  divisor: f32,
): void {
  const sixteens = channels & ~15
  const fours = channels & ~3
  if (sixteens > 0) sum16<F>(from, to, count, step, pitch, rows, columns, rowStep, columnStep, sixteens, divisor)
  if (sixteens < fours) {
    sums<Four, F>(from, to, count, step, pitch, rows, columns, rowStep, columnStep, sixteens, fours, divisor)
  }
  if (fours == channels) return
  // The rest of a row that is not a multiple of four: four values again, some of them a second time.
  if (channels > 3) {
    sums<Four, F>(from, to, count, step, pitch, rows, columns, rowStep, columnStep, channels - 4, channels, divisor)
  } else {
    sums<One, F>(from, to, count, step, pitch, rows, columns, rowStep, columnStep, fours, channels, divisor)
  }
}

/** 16 channels (a cache line) at once. */
function sum16<F>(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  end: i32,
  divisor: f32,
): void {
  const share = f32x4.splat(1 / divisor)
  for (let k = count; k > 0; k--) {
    for (let c = 0; c < end; c += 16) {
      const at = <usize>c << 2
      let row = from + at
      let s0 = f32x4.splat(0)
      let s1 = f32x4.splat(0)
      let s2 = f32x4.splat(0)
      let s3 = f32x4.splat(0)
      for (let i = rows; i > 0; i--) {
        let tap = row
        for (let j = columns; j > 0; j--) {
          s0 = changetype<F>(0).add(s0, v128.load(tap))
          s1 = changetype<F>(0).add(s1, v128.load(tap, 16))
          s2 = changetype<F>(0).add(s2, v128.load(tap, 32))
          s3 = changetype<F>(0).add(s3, v128.load(tap, 48))
          tap += columnStep
        }
        row += rowStep
      }
      v128.store(to + at, changetype<F>(0).finish(s0, share))
      v128.store(to + at, changetype<F>(0).finish(s1, share), 16)
      v128.store(to + at, changetype<F>(0).finish(s2, share), 32)
      v128.store(to + at, changetype<F>(0).finish(s3, share), 48)
    }
    from += step
    to += pitch
  }
}

/** The same for channels begin … end − 1. */
function sums<L, F>(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
  divisor: f32,
): void {
  const width = changetype<L>(0).width()
  const share = f32x4.splat(1 / divisor)
  for (let k = count; k > 0; k--) {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      let row = from + at
      let sum = f32x4.splat(0)
      for (let i = rows; i > 0; i--) {
        let tap = row
        for (let j = columns; j > 0; j--) {
          sum = changetype<F>(0).add(sum, changetype<L>(0).load(tap))
          tap += columnStep
        }
        row += rowStep
      }
      changetype<L>(0).store(to + at, changetype<F>(0).finish(sum, share))
    }
    from += step
    to += pitch
  }
}

/** The gradient of `count` windows that overlap with no others: every tap gets its share of dy. */
export function spreadRun(
  dy: usize,
  dx: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
  divisor: f32,
): void {
  const fours = channels & ~3
  if (fours > 0) spread<Four>(dy, dx, count, step, pitch, rows, columns, rowStep, columnStep, 0, fours, divisor)
  if (fours == channels) return
  if (channels > 3) {
    spread<Four>(dy, dx, count, step, pitch, rows, columns, rowStep, columnStep, channels - 4, channels, divisor)
  } else {
    spread<One>(dy, dx, count, step, pitch, rows, columns, rowStep, columnStep, fours, channels, divisor)
  }
}

function spread<L>(
  dy: usize,
  dx: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
  divisor: f32,
): void {
  const width = changetype<L>(0).width()
  const factor = f32x4.splat(1 / divisor)
  for (let k = count; k > 0; k--) {
    let row = dx
    for (let i = rows; i > 0; i--) {
      let tap = row
      for (let j = columns; j > 0; j--) {
        for (let c = begin; c < end; c += width) {
          const at = <usize>c << 2
          changetype<L>(0).store(tap + at, f32x4.mul(changetype<L>(0).load(dy + at), factor))
        }
        tap += columnStep
      }
      row += rowStep
    }
    dy += pitch
    dx += step
  }
}

/** to = factor·from, or to += factor·from where something was written already. */
export function addScaled(from: usize, to: usize, factor: f32, written: bool, channels: i32): void {
  const fours = channels & ~3
  scale<Four>(from, to, factor, written, 0, fours)
  if (fours < channels) scale<One>(from, to, factor, written, fours, channels)
}

function scale<L>(from: usize, to: usize, factor: f32, written: bool, begin: i32, end: i32): void {
  const width = changetype<L>(0).width()
  const f = f32x4.splat(factor)
  if (written) {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      const share = f32x4.mul(changetype<L>(0).load(from + at), f)
      changetype<L>(0).store(to + at, f32x4.add(changetype<L>(0).load(to + at), share))
    }
  } else {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      changetype<L>(0).store(to + at, f32x4.mul(changetype<L>(0).load(from + at), f))
    }
  }
}
