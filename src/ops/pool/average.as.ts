/** The inner loops of average pooling, over the channels of one window or one value. Steps are bytes from tap to tap. */

import { Four, One } from '../kernel/lanes.as.ts'

/** The average of one window: its values on the picture, divided by `divisor`. */
export function averageWindow(
  from: usize,
  to: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
  divisor: f32,
): void {
  const sixteens = channels & ~15
  const fours = channels & ~3
  average16(from, to, rows, columns, rowStep, columnStep, 0, sixteens, divisor)
  average<Four>(from, to, rows, columns, rowStep, columnStep, sixteens, fours, divisor)
  average<One>(from, to, rows, columns, rowStep, columnStep, fours, channels, divisor)
}

/** 16 channels (a cache line) at once. */
function average16(
  from: usize,
  to: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
  divisor: f32,
): void {
  const d = f32x4.splat(divisor)
  for (let c = begin; c < end; c += 16) {
    const at = <usize>c << 2
    let row = from + at
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (let i = rows; i > 0; i--) {
      let tap = row
      for (let j = columns; j > 0; j--) {
        s0 = f32x4.add(s0, v128.load(tap))
        s1 = f32x4.add(s1, v128.load(tap, 16))
        s2 = f32x4.add(s2, v128.load(tap, 32))
        s3 = f32x4.add(s3, v128.load(tap, 48))
        tap += columnStep
      }
      row += rowStep
    }
    v128.store(to + at, f32x4.div(s0, d))
    v128.store(to + at, f32x4.div(s1, d), 16)
    v128.store(to + at, f32x4.div(s2, d), 32)
    v128.store(to + at, f32x4.div(s3, d), 48)
  }
}

/** The same for channels begin … end − 1. */
function average<L>(
  from: usize,
  to: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
  divisor: f32,
): void {
  const width = changetype<L>(0).width()
  const d = f32x4.splat(divisor)
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    let row = from + at
    let sum = f32x4.splat(0)
    for (let i = rows; i > 0; i--) {
      let tap = row
      for (let j = columns; j > 0; j--) {
        sum = f32x4.add(sum, changetype<L>(0).load(tap))
        tap += columnStep
      }
      row += rowStep
    }
    changetype<L>(0).store(to + at, f32x4.div(sum, d))
  }
}

/** to = factor·from, or to += factor·from where something was written already. */
export function addScaled(from: usize, to: usize, factor: f32, written: bool, channels: i32): void {
  const fours = channels & ~3
  scale<Four>(from, to, factor, written, 0, fours)
  scale<One>(from, to, factor, written, fours, channels)
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
