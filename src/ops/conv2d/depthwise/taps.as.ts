/**
 * The micro-kernels of depthwise convolution: 8 channels (two vectors) times 1–4 pixels, or times 1–4 taps for the
 * gradient, so that eight sums hide the latency of a multiply–add. The counts are types, see rows.as.ts.
 */

import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'

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
  /** The bias; a row of weights follows every `pitch` bytes. */
  weights: usize,
  pitch: usize,
  target: usize,
  targetStep: usize,
  floor: f32,
): void {
  const pixels = offsetof<R>()
  let a = source
  let w = weights
  let x0 = v128.load(w)
  let y0 = v128.load(w, 16)
  let x1 = x0
  let y1 = y0
  let x2 = x0
  let y2 = y0
  let x3 = x0
  let y3 = y0
  for (let pass = passes; pass > 0; pass--) {
    for (let i = tapsY; i > 0; i--) {
      for (let j = tapsX; j > 0; j--) {
        w += pitch
        const w0 = v128.load(w)
        const w1 = v128.load(w, 16)
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
    }
    a += passJump
  }
  const least = f32x4.splat(floor)
  v128.store(target, f32x4.pmax(x0, least))
  v128.store(target, f32x4.pmax(y0, least), 16)
  if (pixels > 1) {
    target += targetStep
    v128.store(target, f32x4.pmax(x1, least))
    v128.store(target, f32x4.pmax(y1, least), 16)
  }
  if (pixels > 2) {
    target += targetStep
    v128.store(target, f32x4.pmax(x2, least))
    v128.store(target, f32x4.pmax(y2, least), 16)
  }
  if (pixels > 3) {
    target += targetStep
    v128.store(target, f32x4.pmax(x3, least))
    v128.store(target, f32x4.pmax(y3, least), 16)
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
