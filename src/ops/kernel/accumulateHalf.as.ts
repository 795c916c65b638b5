/** The micro-kernel of `accumulate` for a panel of which four columns at most exist; see multiplyHalf.as.ts. */

import { multiplyAdd } from './multiplyAdd.as.ts'
import { MOST_ROWS, nextRowsHalf, Rows1, Rows2, Rows3, Rows4, Rows5, Rows6 } from './rows.as.ts'

/** `accumulate` for columns 0..4; columns 4..8 of the sums stay as they are. */
function accumulateHalf<R>(
  source: usize,
  panel: usize,
  outer: i32,
  inner: i32,
  run: i32,
  step: usize,
  innerJump: usize,
  outerJump: usize,
  sums: usize,
  pitch: usize,
  fresh: i32,
  panelJump: usize = 0,
): void {
  const rows = offsetof<R>()
  let a = source
  let b = panel
  let x0 = f32x4.splat(0)
  let x1 = f32x4.splat(0)
  let x2 = f32x4.splat(0)
  let x3 = f32x4.splat(0)
  let x4 = f32x4.splat(0)
  let x5 = f32x4.splat(0)
  let y0 = f32x4.splat(0)
  let y1 = f32x4.splat(0)
  let y2 = f32x4.splat(0)
  let y3 = f32x4.splat(0)
  let y4 = f32x4.splat(0)
  let y5 = f32x4.splat(0)
  if (!fresh) {
    x0 = v128.load(sums)
    if (rows > 1) x1 = v128.load(sums + pitch)
    if (rows > 2) x2 = v128.load(sums + 2 * pitch)
    if (rows > 3) x3 = v128.load(sums + 3 * pitch)
    if (rows > 4) x4 = v128.load(sums + 4 * pitch)
    if (rows > 5) x5 = v128.load(sums + 5 * pitch)
  }
  for (let i = outer; i > 0; i--) {
    for (let j = inner; j > 0; j--) {
      let k = run
      for (; k > 1; k -= 2) {
        const b0 = v128.load(b)
        const b1 = v128.load(b, 32)
        const next = a + step
        b += 64
        x0 = multiplyAdd(v128.load32_splat(a), b0, x0)
        y0 = multiplyAdd(v128.load32_splat(next), b1, y0)
        if (rows > 1) {
          x1 = multiplyAdd(v128.load32_splat(a, 4), b0, x1)
          y1 = multiplyAdd(v128.load32_splat(next, 4), b1, y1)
        }
        if (rows > 2) {
          x2 = multiplyAdd(v128.load32_splat(a, 8), b0, x2)
          y2 = multiplyAdd(v128.load32_splat(next, 8), b1, y2)
        }
        if (rows > 3) {
          x3 = multiplyAdd(v128.load32_splat(a, 12), b0, x3)
          y3 = multiplyAdd(v128.load32_splat(next, 12), b1, y3)
        }
        if (rows > 4) {
          x4 = multiplyAdd(v128.load32_splat(a, 16), b0, x4)
          y4 = multiplyAdd(v128.load32_splat(next, 16), b1, y4)
        }
        if (rows > 5) {
          x5 = multiplyAdd(v128.load32_splat(a, 20), b0, x5)
          y5 = multiplyAdd(v128.load32_splat(next, 20), b1, y5)
        }
        a = next + step
      }
      if (k > 0) {
        const b0 = v128.load(b)
        b += 32
        x0 = multiplyAdd(v128.load32_splat(a), b0, x0)
        if (rows > 1) x1 = multiplyAdd(v128.load32_splat(a, 4), b0, x1)
        if (rows > 2) x2 = multiplyAdd(v128.load32_splat(a, 8), b0, x2)
        if (rows > 3) x3 = multiplyAdd(v128.load32_splat(a, 12), b0, x3)
        if (rows > 4) x4 = multiplyAdd(v128.load32_splat(a, 16), b0, x4)
        if (rows > 5) x5 = multiplyAdd(v128.load32_splat(a, 20), b0, x5)
        a += step
      }
      a += innerJump
    }
    a += outerJump
    b += panelJump
  }
  v128.store(sums, f32x4.add(x0, y0))
  if (rows > 1) v128.store(sums + pitch, f32x4.add(x1, y1))
  if (rows > 2) v128.store(sums + 2 * pitch, f32x4.add(x2, y2))
  if (rows > 3) v128.store(sums + 3 * pitch, f32x4.add(x3, y3))
  if (rows > 4) v128.store(sums + 4 * pitch, f32x4.add(x4, y4))
  if (rows > 5) v128.store(sums + 5 * pitch, f32x4.add(x5, y5))
}

/** Any number of neighbouring values times the first four columns of one panel. */
export function accumulateHalfPanel(
  count: i32,
  source: usize,
  panel: usize,
  outer: i32,
  inner: i32,
  run: i32,
  step: usize,
  innerJump: usize,
  outerJump: usize,
  sums: usize,
  pitch: usize,
  fresh: i32,
  panelJump: usize = 0,
): void {
  while (count > 0) {
    const rows = nextRowsHalf(count)
    if (MOST_ROWS == 6 && rows == 6) accumulateHalf<Rows6>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    else if (MOST_ROWS == 6 && rows == 5) accumulateHalf<Rows5>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    else if (TERMS == 2 && rows == 4) accumulateHalf<Rows4>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    else if (rows == 3) accumulateHalf<Rows3>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    else if (rows == 2) accumulateHalf<Rows2>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    else accumulateHalf<Rows1>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    source += <usize>rows << 2
    sums += <usize>rows * pitch
    count -= rows
  }
}
