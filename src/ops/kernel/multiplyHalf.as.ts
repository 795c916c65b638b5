/**
 * The micro-kernel for a panel of which four columns at most exist (10 classes are one panel and two columns): half of
 * the work of a whole one. The second accumulator of each row, free now, takes the odd terms, so that six rows still
 * have twelve independent sums. Panels keep their form, [term][8].
 *
 * Odd terms are counted from the start of each run, so a row's bits depend on how its terms are cut into runs. Callers
 * must choose the same runs for all rows that are to have the same bits; see borderOf in conv2d/product/blocks.ts.
 */

import { clamp } from './clamp.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'
import { MOST_ROWS, nextRowsHalf, Rows1, Rows2, Rows3, Rows4, Rows5, Rows6 } from './rows.as.ts'

/** `multiply` for columns 0..4; the values of columns 4..8 of each target stay as they are. */
function multiplyHalf<R>(
  sources: usize,
  targets: usize,
  sourceOffset: usize,
  targetOffset: usize,
  initial: usize,
  initialPitch: usize,
  panel: usize,
  outer: i32,
  inner: i32,
  run: i32,
  innerJump: usize,
  outerJump: usize,
  floor: f32,
  ceiling: f32,
  panelJump: usize = 0,
): void {
  const rows = offsetof<R>()
  let a0 = load<usize>(sources) + sourceOffset
  let a1 = rows > 1 ? load<usize>(sources, 4) + sourceOffset : 0
  let a2 = rows > 2 ? load<usize>(sources, 8) + sourceOffset : 0
  let a3 = rows > 3 ? load<usize>(sources, 12) + sourceOffset : 0
  let a4 = rows > 4 ? load<usize>(sources, 16) + sourceOffset : 0
  let a5 = rows > 5 ? load<usize>(sources, 20) + sourceOffset : 0
  let b = panel
  let x0 = v128.load(initial)
  let x1 = rows > 1 ? v128.load(initial + initialPitch) : f32x4.splat(0)
  let x2 = rows > 2 ? v128.load(initial + 2 * initialPitch) : f32x4.splat(0)
  let x3 = rows > 3 ? v128.load(initial + 3 * initialPitch) : f32x4.splat(0)
  let x4 = rows > 4 ? v128.load(initial + 4 * initialPitch) : f32x4.splat(0)
  let x5 = rows > 5 ? v128.load(initial + 5 * initialPitch) : f32x4.splat(0)
  let y0 = f32x4.splat(0)
  let y1 = f32x4.splat(0)
  let y2 = f32x4.splat(0)
  let y3 = f32x4.splat(0)
  let y4 = f32x4.splat(0)
  let y5 = f32x4.splat(0)
  for (let i = outer; i > 0; i--) {
    for (let j = inner; j > 0; j--) {
      let k = run
      for (; k > 1; k -= 2) {
        const b0 = v128.load(b)
        const b1 = v128.load(b, 32)
        b += 64
        x0 = multiplyAdd(v128.load32_splat(a0), b0, x0)
        y0 = multiplyAdd(v128.load32_splat(a0, 4), b1, y0)
        a0 += 8
        if (rows > 1) {
          x1 = multiplyAdd(v128.load32_splat(a1), b0, x1)
          y1 = multiplyAdd(v128.load32_splat(a1, 4), b1, y1)
          a1 += 8
        }
        if (rows > 2) {
          x2 = multiplyAdd(v128.load32_splat(a2), b0, x2)
          y2 = multiplyAdd(v128.load32_splat(a2, 4), b1, y2)
          a2 += 8
        }
        if (rows > 3) {
          x3 = multiplyAdd(v128.load32_splat(a3), b0, x3)
          y3 = multiplyAdd(v128.load32_splat(a3, 4), b1, y3)
          a3 += 8
        }
        if (rows > 4) {
          x4 = multiplyAdd(v128.load32_splat(a4), b0, x4)
          y4 = multiplyAdd(v128.load32_splat(a4, 4), b1, y4)
          a4 += 8
        }
        if (rows > 5) {
          x5 = multiplyAdd(v128.load32_splat(a5), b0, x5)
          y5 = multiplyAdd(v128.load32_splat(a5, 4), b1, y5)
          a5 += 8
        }
      }
      if (k > 0) {
        const b0 = v128.load(b)
        b += 32
        x0 = multiplyAdd(v128.load32_splat(a0), b0, x0)
        a0 += 4
        if (rows > 1) {
          x1 = multiplyAdd(v128.load32_splat(a1), b0, x1)
          a1 += 4
        }
        if (rows > 2) {
          x2 = multiplyAdd(v128.load32_splat(a2), b0, x2)
          a2 += 4
        }
        if (rows > 3) {
          x3 = multiplyAdd(v128.load32_splat(a3), b0, x3)
          a3 += 4
        }
        if (rows > 4) {
          x4 = multiplyAdd(v128.load32_splat(a4), b0, x4)
          a4 += 4
        }
        if (rows > 5) {
          x5 = multiplyAdd(v128.load32_splat(a5), b0, x5)
          a5 += 4
        }
      }
      a0 += innerJump
      if (rows > 1) a1 += innerJump
      if (rows > 2) a2 += innerJump
      if (rows > 3) a3 += innerJump
      if (rows > 4) a4 += innerJump
      if (rows > 5) a5 += innerJump
    }
    b += panelJump
    a0 += outerJump
    if (rows > 1) a1 += outerJump
    if (rows > 2) a2 += outerJump
    if (rows > 3) a3 += outerJump
    if (rows > 4) a4 += outerJump
    if (rows > 5) a5 += outerJump
  }
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  v128.store(load<usize>(targets) + targetOffset, clamp(f32x4.add(x0, y0), least, most))
  if (rows > 1) v128.store(load<usize>(targets, 4) + targetOffset, clamp(f32x4.add(x1, y1), least, most))
  if (rows > 2) v128.store(load<usize>(targets, 8) + targetOffset, clamp(f32x4.add(x2, y2), least, most))
  if (rows > 3) v128.store(load<usize>(targets, 12) + targetOffset, clamp(f32x4.add(x3, y3), least, most))
  if (rows > 4) v128.store(load<usize>(targets, 16) + targetOffset, clamp(f32x4.add(x4, y4), least, most))
  if (rows > 5) v128.store(load<usize>(targets, 20) + targetOffset, clamp(f32x4.add(x5, y5), least, most))
}

/** Any number of rows times the first four columns of one panel. */
export function multiplyHalfPanel(
  count: i32,
  sources: usize,
  targets: usize,
  sourceOffset: usize,
  targetOffset: usize,
  initial: usize,
  initialPitch: usize,
  panel: usize,
  outer: i32,
  inner: i32,
  run: i32,
  innerJump: usize,
  outerJump: usize,
  floor: f32,
  ceiling: f32,
  panelJump: usize = 0,
): void {
  while (count > 0) {
    const rows = nextRowsHalf(count)
    if (MOST_ROWS == 6 && rows == 6) multiplyHalf<Rows6>(sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    else if (MOST_ROWS == 6 && rows == 5) multiplyHalf<Rows5>(sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    else if (TERMS == 2 && rows == 4) multiplyHalf<Rows4>(sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    else if (rows == 3) multiplyHalf<Rows3>(sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    else if (rows == 2) multiplyHalf<Rows2>(sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    else multiplyHalf<Rows1>(sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    sources += <usize>rows << 2
    targets += <usize>rows << 2
    initial += <usize>rows * initialPitch
    count -= rows
  }
}
