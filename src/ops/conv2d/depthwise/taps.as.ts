/**
 * The micro-kernels of depthwise convolution: 8 channels (two vectors) times 1–4 pixels, or times 1–4 taps for the
 * gradient, so that eight sums hide the latency of a multiply–add. The counts are types, see rows.as.ts.
 */

import { clamp } from '../../kernel/clamp.as.ts'
import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'
import { high, put } from '../../kernel/steps.as.ts'

/** 1–4 neighbouring output pixels × 8 channels. */
export function multiplyTaps<R>(
  source: usize,
  /** Bytes from pixel to pixel, from tap to tap, and from the end of a row of taps (of a pass) to the next. */
  step: usize,
  tapStep: usize,
  rowJump: usize,
  passJump: usize,
  passes: i32,
  tapsY: i32,
  tapsX: i32,
  bias: usize,
  /** A tap's weights every `pitch` bytes; weightJump from the end of a row of taps to the next. */
  weights: usize,
  pitch: usize,
  weightJump: usize,
  target: usize,
  targetStep: usize,
  floor: f32,
  ceiling: f32,
): void {
  const pixels = offsetof<R>()
  let a = source
  let w = weights
  let x0 = v128.load(bias)
  let y0 = v128.load(bias, 16)
  let x1 = x0
  let y1 = y0
  let x2 = x0
  let y2 = y0
  let x3 = x0
  let y3 = y0
  for (let pass = passes; pass > 0; pass--) {
    for (let i = tapsY; i > 0; i--) {
      for (let j = tapsX; j > 0; j--) {
        const w0 = v128.load(w)
        const w1 = v128.load(w, 16)
        w += pitch
        x0 = multiplyAdd(v128.load(a), w0, x0)
        y0 = multiplyAdd(v128.load(a, 16), w1, y0)
        if (pixels > 1) {
          const at = a + step
          x1 = multiplyAdd(v128.load(at), w0, x1)
          y1 = multiplyAdd(v128.load(at, 16), w1, y1)
          if (pixels > 2) {
            const at = a + 2 * step
            x2 = multiplyAdd(v128.load(at), w0, x2)
            y2 = multiplyAdd(v128.load(at, 16), w1, y2)
          }
          if (pixels > 3) {
            const at = a + 3 * step
            x3 = multiplyAdd(v128.load(at), w0, x3)
            y3 = multiplyAdd(v128.load(at, 16), w1, y3)
          }
        }
        a += tapStep
      }
      a += rowJump
      w += weightJump
    }
    a += passJump
  }
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  v128.store(target, clamp(x0, least, most))
  v128.store(target, clamp(y0, least, most), 16)
  if (pixels > 1) {
    target += targetStep
    v128.store(target, clamp(x1, least, most))
    v128.store(target, clamp(y1, least, most), 16)
  }
  if (pixels > 2) {
    target += targetStep
    v128.store(target, clamp(x2, least, most))
    v128.store(target, clamp(y2, least, most), 16)
  }
  if (pixels > 3) {
    target += targetStep
    v128.store(target, clamp(x3, least, most))
    v128.store(target, clamp(y3, least, most), 16)
  }
}

/**
 * A row of `count` output pixels for 3×3 taps and one step of channels; the nine weights stay in registers. The sums are
 * those of multiplyTaps. From pixel to pixel `step`, from row to row and from tap to tap of a window `rowPitch`, `tapStep`.
 */
export function multiplyRow3(
  source: usize,
  rowPitch: usize,
  tapStep: usize,
  step: usize,
  count: i32,
  bias: usize,
  weights: usize,
  pitch: usize,
  target: usize,
  targetStep: usize,
  floor: f32,
  ceiling: f32,
): void {
  const b = v128.load(bias)
  const bh = high(bias, b)
  let w = weights
  const w0 = v128.load(w)
  const w0h = high(w, w0)
  w += pitch
  const w1 = v128.load(w)
  const w1h = high(w, w1)
  w += pitch
  const w2 = v128.load(w)
  const w2h = high(w, w2)
  w += pitch
  const w3 = v128.load(w)
  const w3h = high(w, w3)
  w += pitch
  const w4 = v128.load(w)
  const w4h = high(w, w4)
  w += pitch
  const w5 = v128.load(w)
  const w5h = high(w, w5)
  w += pitch
  const w6 = v128.load(w)
  const w6h = high(w, w6)
  w += pitch
  const w7 = v128.load(w)
  const w7h = high(w, w7)
  w += pitch
  const w8 = v128.load(w)
  const w8h = high(w, w8)
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  for (; count > 0; count--) {
    let a = source
    let x = multiplyAdd(v128.load(a), w0, b)
    let y = WIDE == 1 ? multiplyAdd(v128.load(a, 16), w0h, bh) : x
    a += tapStep
    x = multiplyAdd(v128.load(a), w1, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w1h, y)
    a += tapStep
    x = multiplyAdd(v128.load(a), w2, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w2h, y)
    a = source + rowPitch
    x = multiplyAdd(v128.load(a), w3, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w3h, y)
    a += tapStep
    x = multiplyAdd(v128.load(a), w4, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w4h, y)
    a += tapStep
    x = multiplyAdd(v128.load(a), w5, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w5h, y)
    a = source + 2 * rowPitch
    x = multiplyAdd(v128.load(a), w6, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w6h, y)
    a += tapStep
    x = multiplyAdd(v128.load(a), w7, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w7h, y)
    a += tapStep
    x = multiplyAdd(v128.load(a), w8, x)
    if (WIDE == 1) y = multiplyAdd(v128.load(a, 16), w8h, y)
    put(target, clamp(x, least, most), WIDE == 1 ? clamp(y, least, most) : x)
    source += step
    target += targetStep
  }
}

/** 1–4 neighbouring taps × 8 channels, summed over a block of pixels. */
export function accumulateTaps<R>(
  source: usize,
  step: usize,
  tapStep: usize,
  rowJump: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  columns: i32,
  sums: usize,
  pitch: usize,
  fresh: i32,
): void {
  const taps = offsetof<R>()
  let a = source
  let g = gradient
  let x0 = f32x4.splat(0)
  let y0 = x0
  let x1 = x0
  let y1 = x0
  let x2 = x0
  let y2 = x0
  let x3 = x0
  let y3 = x0
  if (!fresh) {
    let from = sums
    x0 = v128.load(from)
    y0 = v128.load(from, 16)
    if (taps > 1) {
      from += pitch
      x1 = v128.load(from)
      y1 = v128.load(from, 16)
    }
    if (taps > 2) {
      from += pitch
      x2 = v128.load(from)
      y2 = v128.load(from, 16)
    }
    if (taps > 3) {
      from += pitch
      x3 = v128.load(from)
      y3 = v128.load(from, 16)
    }
  }
  for (let i = rows; i > 0; i--) {
    for (let j = columns; j > 0; j--) {
      const g0 = v128.load(g)
      const g1 = v128.load(g, 16)
      x0 = multiplyAdd(v128.load(a), g0, x0)
      y0 = multiplyAdd(v128.load(a, 16), g1, y0)
      if (taps > 1) {
        const at = a + tapStep
        x1 = multiplyAdd(v128.load(at), g0, x1)
        y1 = multiplyAdd(v128.load(at, 16), g1, y1)
      }
      if (taps > 2) {
        const at = a + 2 * tapStep
        x2 = multiplyAdd(v128.load(at), g0, x2)
        y2 = multiplyAdd(v128.load(at, 16), g1, y2)
      }
      if (taps > 3) {
        const at = a + 3 * tapStep
        x3 = multiplyAdd(v128.load(at), g0, x3)
        y3 = multiplyAdd(v128.load(at, 16), g1, y3)
      }
      a += step
      g += gradientStep
    }
    a += rowJump
  }
  let to = sums
  v128.store(to, x0)
  v128.store(to, y0, 16)
  if (taps > 1) {
    to += pitch
    v128.store(to, x1)
    v128.store(to, y1, 16)
  }
  if (taps > 2) {
    to += pitch
    v128.store(to, x2)
    v128.store(to, y2, 16)
  }
  if (taps > 3) {
    to += pitch
    v128.store(to, x3)
    v128.store(to, y3, 16)
  }
}
