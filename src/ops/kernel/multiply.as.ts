/**
 * The micro-kernel of every matrix product: 1–6 rows times one panel of 8 columns, kept in registers over the whole sum.
 * Rows are addresses, not a packed matrix: a row's terms lie in runs (the values under one row of a filter window are
 * neighbours in NHWC), so a convolution's im2col matrix is read where the picture is and never written anywhere.
 *
 * Two terms a turn: 52.5 GFLOP/s for 6 rows of 384 terms where one gives 49.3 and four 53.1 (peak 53 in that run); 25
 * terms give 46, as each tile costs about 40 cycles. Terms of a row keep their order in one sum, so a row has the same bits
 * whatever others share its tile, and a kernel with wider panels that does the same has them, too.
 */

import { clamp } from './clamp.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'
import { MOST_ROWS, nextRows, Rows1, Rows2, Rows3, Rows4, Rows5, Rows6, rowsOf, wholeTiles } from './rows.as.ts'

/** out[row][0..8) = clamp(initial[row] + Σ row·panel), for `tiles` times the rows of R. */
function multiply<R>(
  tiles: i32,
  /** Addresses of the rows' first terms, and where their results go: 4 bytes a row. */
  sources: usize,
  targets: usize,
  /** Added to each of them. */
  sourceOffset: usize,
  targetOffset: usize,
  /** 8 values a row that the sum starts from, and the bytes from row to row (0: a bias for all). */
  initial: usize,
  initialPitch: usize,
  /** [term][8] */
  panel: usize,
  /**
   * Terms lie in outer × inner runs of `run` values; the jumps lead from the end of a run to the next one, panelJump
   * over terms of the panel that are left out after each inner run of runs.
   */
  outer: i32,
  inner: i32,
  run: i32,
  innerJump: usize,
  outerJump: usize,
  floor: f32,
  ceiling: f32,
  panelJump: usize = 0,
): void {
  const rows = rowsOf<R>()
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  for (; tiles > 0; tiles--) {
    let a0 = load<usize>(sources) + sourceOffset
    let a1 = rows > 1 ? load<usize>(sources, 4) + sourceOffset : 0
    let a2 = rows > 2 ? load<usize>(sources, 8) + sourceOffset : 0
    let a3 = rows > 3 ? load<usize>(sources, 12) + sourceOffset : 0
    let a4 = rows > 4 ? load<usize>(sources, 16) + sourceOffset : 0
    let a5 = rows > 5 ? load<usize>(sources, 20) + sourceOffset : 0
    let b = panel
    let from = initial
    let x0 = v128.load(from)
    let y0 = v128.load(from, 16)
    let x1 = f32x4.splat(0)
    let y1 = f32x4.splat(0)
    let x2 = f32x4.splat(0)
    let y2 = f32x4.splat(0)
    let x3 = f32x4.splat(0)
    let y3 = f32x4.splat(0)
    let x4 = f32x4.splat(0)
    let y4 = f32x4.splat(0)
    let x5 = f32x4.splat(0)
    let y5 = f32x4.splat(0)
    if (rows > 1) {
      from += initialPitch
      x1 = v128.load(from)
      y1 = v128.load(from, 16)
    }
    if (rows > 2) {
      from += initialPitch
      x2 = v128.load(from)
      y2 = v128.load(from, 16)
    }
    if (rows > 3) {
      from += initialPitch
      x3 = v128.load(from)
      y3 = v128.load(from, 16)
    }
    if (rows > 4) {
      from += initialPitch
      x4 = v128.load(from)
      y4 = v128.load(from, 16)
    }
    if (rows > 5) {
      from += initialPitch
      x5 = v128.load(from)
      y5 = v128.load(from, 16)
    }
    for (let i = outer; i > 0; i--) {
      for (let j = inner; j > 0; j--) {
        let k = run
        if (TERMS == 2) {
          for (; k > 1; k -= 2) {
          let b0 = v128.load(b, 0)
          let b1 = v128.load(b, 16)
          let a = v128.load32_splat(a0, 0)
          x0 = multiplyAdd(a, b0, x0)
          y0 = multiplyAdd(a, b1, y0)
          if (rows > 1) {
            a = v128.load32_splat(a1, 0)
            x1 = multiplyAdd(a, b0, x1)
            y1 = multiplyAdd(a, b1, y1)
          }
          if (rows > 2) {
            a = v128.load32_splat(a2, 0)
            x2 = multiplyAdd(a, b0, x2)
            y2 = multiplyAdd(a, b1, y2)
          }
          if (rows > 3) {
            a = v128.load32_splat(a3, 0)
            x3 = multiplyAdd(a, b0, x3)
            y3 = multiplyAdd(a, b1, y3)
          }
          if (rows > 4) {
            a = v128.load32_splat(a4, 0)
            x4 = multiplyAdd(a, b0, x4)
            y4 = multiplyAdd(a, b1, y4)
          }
          if (rows > 5) {
            a = v128.load32_splat(a5, 0)
            x5 = multiplyAdd(a, b0, x5)
            y5 = multiplyAdd(a, b1, y5)
          }
          b0 = v128.load(b, 32)
          b1 = v128.load(b, 48)
          b += 64
          a = v128.load32_splat(a0, 4)
          x0 = multiplyAdd(a, b0, x0)
          y0 = multiplyAdd(a, b1, y0)
          a0 += 8
          if (rows > 1) {
            a = v128.load32_splat(a1, 4)
            x1 = multiplyAdd(a, b0, x1)
            y1 = multiplyAdd(a, b1, y1)
            a1 += 8
          }
          if (rows > 2) {
            a = v128.load32_splat(a2, 4)
            x2 = multiplyAdd(a, b0, x2)
            y2 = multiplyAdd(a, b1, y2)
            a2 += 8
          }
          if (rows > 3) {
            a = v128.load32_splat(a3, 4)
            x3 = multiplyAdd(a, b0, x3)
            y3 = multiplyAdd(a, b1, y3)
            a3 += 8
          }
          if (rows > 4) {
            a = v128.load32_splat(a4, 4)
            x4 = multiplyAdd(a, b0, x4)
            y4 = multiplyAdd(a, b1, y4)
            a4 += 8
          }
          if (rows > 5) {
            a = v128.load32_splat(a5, 4)
            x5 = multiplyAdd(a, b0, x5)
            y5 = multiplyAdd(a, b1, y5)
            a5 += 8
          }
        }
        }
        for (; k > 0; k--) {
          const b0 = v128.load(b)
          const b1 = v128.load(b, 16)
          b += 32
          let a = v128.load32_splat(a0)
          x0 = multiplyAdd(a, b0, x0)
          y0 = multiplyAdd(a, b1, y0)
          a0 += 4
          if (rows > 1) {
            a = v128.load32_splat(a1)
            x1 = multiplyAdd(a, b0, x1)
            y1 = multiplyAdd(a, b1, y1)
            a1 += 4
          }
          if (rows > 2) {
            a = v128.load32_splat(a2)
            x2 = multiplyAdd(a, b0, x2)
            y2 = multiplyAdd(a, b1, y2)
            a2 += 4
          }
          if (rows > 3) {
            a = v128.load32_splat(a3)
            x3 = multiplyAdd(a, b0, x3)
            y3 = multiplyAdd(a, b1, y3)
            a3 += 4
          }
          if (rows > 4) {
            a = v128.load32_splat(a4)
            x4 = multiplyAdd(a, b0, x4)
            y4 = multiplyAdd(a, b1, y4)
            a4 += 4
          }
          if (rows > 5) {
            a = v128.load32_splat(a5)
            x5 = multiplyAdd(a, b0, x5)
            y5 = multiplyAdd(a, b1, y5)
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
    let to = load<usize>(targets) + targetOffset
    v128.store(to, clamp(x0, least, most))
    v128.store(to, clamp(y0, least, most), 16)
    if (rows > 1) {
      to = load<usize>(targets, 4) + targetOffset
      v128.store(to, clamp(x1, least, most))
      v128.store(to, clamp(y1, least, most), 16)
    }
    if (rows > 2) {
      to = load<usize>(targets, 8) + targetOffset
      v128.store(to, clamp(x2, least, most))
      v128.store(to, clamp(y2, least, most), 16)
    }
    if (rows > 3) {
      to = load<usize>(targets, 12) + targetOffset
      v128.store(to, clamp(x3, least, most))
      v128.store(to, clamp(y3, least, most), 16)
    }
    if (rows > 4) {
      to = load<usize>(targets, 16) + targetOffset
      v128.store(to, clamp(x4, least, most))
      v128.store(to, clamp(y4, least, most), 16)
    }
    if (rows > 5) {
      to = load<usize>(targets, 20) + targetOffset
      v128.store(to, clamp(x5, least, most))
      v128.store(to, clamp(y5, least, most), 16)
    }
    sources += <usize>rows << 2
    targets += <usize>rows << 2
    initial += <usize>rows * initialPitch
  }
}

/** Any number of rows times one panel. The arguments are those of `multiply`, with `initialPitch` 0 or 32. */
export function multiplyPanel(
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
    const rows = nextRows(count)
    // One call for all whole tiles: 2–5 % faster than one for each.
    const tiles = rows == MOST_ROWS ? wholeTiles(count) : 1
    if (MOST_ROWS == 6 && rows == 6) {
      multiply<Rows6>(tiles, sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else if (MOST_ROWS == 6 && rows == 5) {
      multiply<Rows5>(1, sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else if (rows == 4) {
      multiply<Rows4>(tiles, sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else if (rows == 3) {
      multiply<Rows3>(1, sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else if (rows == 2) {
      multiply<Rows2>(1, sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else {
      multiply<Rows1>(1, sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    }
    const done = rows * tiles
    sources += <usize>done << 2
    targets += <usize>done << 2
    initial += <usize>done * initialPitch
    count -= done
  }
}
