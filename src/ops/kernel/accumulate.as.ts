/**
 * The micro-kernel of a product with a transposed matrix: 1–6 neighbouring values of each pixel times one panel of 8
 * columns, summed over pixels. The rows of im2col(X)ᵀ that belong to one row of a filter window are neighbours in NHWC,
 * so one pointer serves all six, and the transposed matrix is never written anywhere.
 */

import { multiplyAdd } from './multiplyAdd.as.ts'
import { hasPairs, isPaired, MOST_ROWS, nextRows, Rows1, Rows2, Rows3, Rows4, Rows5, Rows6, rowsOf, Single2, Single3 } from './rows.as.ts'

/** sums[row][0..8) (+)= Σ over pixels of source[pixel + row]·panel[pixel][0..8). */
function accumulate<R>(
  source: usize,
  /** [pixel][8] */
  panel: usize,
  /** Pixels lie in outer × inner runs of `run`, `step` bytes apart; the jumps lead from the end of a run to the next. */
  outer: i32,
  inner: i32,
  run: i32,
  step: usize,
  innerJump: usize,
  outerJump: usize,
  sums: usize,
  pitch: usize,
  /** Start from zero, not from what `sums` holds. */
  fresh: i32,
  /** Bytes of the panel that are left out after each inner run of runs. */
  panelJump: usize = 0,
): void {
  const rows = rowsOf<R>()
  const twice = isPaired<R>()
  let a = source
  let b = panel
  let x0 = f32x4.splat(0)
  let y0 = f32x4.splat(0)
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
  if (!fresh) {
    let from = sums
    x0 = v128.load(from)
    y0 = v128.load(from, 16)
    if (rows > 1) {
      from += pitch
      x1 = v128.load(from)
      y1 = v128.load(from, 16)
    }
    if (rows > 2) {
      from += pitch
      x2 = v128.load(from)
      y2 = v128.load(from, 16)
    }
    if (rows > 3) {
      from += pitch
      x3 = v128.load(from)
      y3 = v128.load(from, 16)
    }
    if (rows > 4) {
      from += pitch
      x4 = v128.load(from)
      y4 = v128.load(from, 16)
    }
    if (rows > 5) {
      from += pitch
      x5 = v128.load(from)
      y5 = v128.load(from, 16)
    }
  }
  for (let i = outer; i > 0; i--) {
    for (let j = inner; j > 0; j--) {
      let k = run
      if (TERMS == 2 || twice) {
        for (; k > 1; k -= 2) {
          let b0 = v128.load(b)
          let b1 = v128.load(b, 16)
          let value = v128.load32_splat(a)
          x0 = multiplyAdd(value, b0, x0)
          y0 = multiplyAdd(value, b1, y0)
          if (rows > 1) {
            value = v128.load32_splat(a, 4)
            x1 = multiplyAdd(value, b0, x1)
            y1 = multiplyAdd(value, b1, y1)
          }
          if (rows > 2) {
            value = v128.load32_splat(a, 8)
            x2 = multiplyAdd(value, b0, x2)
            y2 = multiplyAdd(value, b1, y2)
          }
          if (rows > 3) {
            value = v128.load32_splat(a, 12)
            x3 = multiplyAdd(value, b0, x3)
            y3 = multiplyAdd(value, b1, y3)
          }
          if (rows > 4) {
            value = v128.load32_splat(a, 16)
            x4 = multiplyAdd(value, b0, x4)
            y4 = multiplyAdd(value, b1, y4)
          }
          if (rows > 5) {
            value = v128.load32_splat(a, 20)
            x5 = multiplyAdd(value, b0, x5)
            y5 = multiplyAdd(value, b1, y5)
          }
          a += step
          b0 = v128.load(b, 32)
          b1 = v128.load(b, 48)
          b += 64
          value = v128.load32_splat(a)
          if (twice) {
            x3 = multiplyAdd(value, b0, x3)
            y3 = multiplyAdd(value, b1, y3)
            if (rows > 1) {
              value = v128.load32_splat(a, 4)
              x4 = multiplyAdd(value, b0, x4)
              y4 = multiplyAdd(value, b1, y4)
            }
            if (rows > 2) {
              value = v128.load32_splat(a, 8)
              x5 = multiplyAdd(value, b0, x5)
              y5 = multiplyAdd(value, b1, y5)
            }
          } else {
            x0 = multiplyAdd(value, b0, x0)
            y0 = multiplyAdd(value, b1, y0)
            if (rows > 1) {
              value = v128.load32_splat(a, 4)
              x1 = multiplyAdd(value, b0, x1)
              y1 = multiplyAdd(value, b1, y1)
            }
            if (rows > 2) {
              value = v128.load32_splat(a, 8)
              x2 = multiplyAdd(value, b0, x2)
              y2 = multiplyAdd(value, b1, y2)
            }
            if (rows > 3) {
              value = v128.load32_splat(a, 12)
              x3 = multiplyAdd(value, b0, x3)
              y3 = multiplyAdd(value, b1, y3)
            }
            if (rows > 4) {
              value = v128.load32_splat(a, 16)
              x4 = multiplyAdd(value, b0, x4)
              y4 = multiplyAdd(value, b1, y4)
            }
            if (rows > 5) {
              value = v128.load32_splat(a, 20)
              x5 = multiplyAdd(value, b0, x5)
              y5 = multiplyAdd(value, b1, y5)
            }
          }
          a += step
        }
      }
      for (; k > 0; k--) {
        const b0 = v128.load(b)
        const b1 = v128.load(b, 16)
        b += 32
        let value = v128.load32_splat(a)
        x0 = multiplyAdd(value, b0, x0)
        y0 = multiplyAdd(value, b1, y0)
        if (rows > 1) {
          value = v128.load32_splat(a, 4)
          x1 = multiplyAdd(value, b0, x1)
          y1 = multiplyAdd(value, b1, y1)
        }
        if (rows > 2) {
          value = v128.load32_splat(a, 8)
          x2 = multiplyAdd(value, b0, x2)
          y2 = multiplyAdd(value, b1, y2)
        }
        if (rows > 3) {
          value = v128.load32_splat(a, 12)
          x3 = multiplyAdd(value, b0, x3)
          y3 = multiplyAdd(value, b1, y3)
        }
        if (rows > 4) {
          value = v128.load32_splat(a, 16)
          x4 = multiplyAdd(value, b0, x4)
          y4 = multiplyAdd(value, b1, y4)
        }
        if (rows > 5) {
          value = v128.load32_splat(a, 20)
          x5 = multiplyAdd(value, b0, x5)
          y5 = multiplyAdd(value, b1, y5)
        }
        a += step
      }
      a += innerJump
    }
    a += outerJump
    b += panelJump
  }
  if (twice) {
    x0 = f32x4.add(x0, x3)
    y0 = f32x4.add(y0, y3)
    x1 = f32x4.add(x1, x4)
    y1 = f32x4.add(y1, y4)
    x2 = f32x4.add(x2, x5)
    y2 = f32x4.add(y2, y5)
  }
  let to = sums
  v128.store(to, x0)
  v128.store(to, y0, 16)
  if (rows > 1) {
    to += pitch
    v128.store(to, x1)
    v128.store(to, y1, 16)
  }
  if (rows > 2) {
    to += pitch
    v128.store(to, x2)
    v128.store(to, y2, 16)
  }
  if (rows > 3) {
    to += pitch
    v128.store(to, x3)
    v128.store(to, y3, 16)
  }
  if (rows > 4) {
    to += pitch
    v128.store(to, x4)
    v128.store(to, y4, 16)
  }
  if (rows > 5) {
    to += pitch
    v128.store(to, x5)
    v128.store(to, y5, 16)
  }
}

/** Any number of neighbouring values times one panel. The arguments are those of `accumulate`. */
export function accumulatePanel(
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
  const pairs = hasPairs(count)
  while (count > 0) {
    const rows = nextRows(count)
    if (MOST_ROWS == 6 && rows == 6) {
      accumulate<Rows6>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (MOST_ROWS == 6 && rows == 5) {
      accumulate<Rows5>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (rows == 4) {
      accumulate<Rows4>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (TERMS == 1 && rows == 3 && !pairs) {
      accumulate<Single3>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (TERMS == 1 && rows == 2 && !pairs) {
      accumulate<Single2>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (rows == 3) {
      accumulate<Rows3>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (rows == 2) {
      accumulate<Rows2>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else {
      accumulate<Rows1>(source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    }
    source += <usize>rows << 2
    sums += <usize>rows * pitch
    count -= rows
  }
}
