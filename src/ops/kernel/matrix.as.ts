/**
 * The micro-kernel of products of plain matrices, whose rows lie at a pitch and whose sums start at nought, as those of
 * Winograd's planes: `multiply` without tables and windows, and over any number of whole tiles of rows in one call. A call
 * costs about 40 cycles, a tile with 64 terms 384, one with 16 terms 96: convolutions of 64 and of 16 channels are
 * faster by 3 % and by 5 %.
 */

import { multiplyAdd } from './multiplyAdd.as.ts'
import { MOST_ROWS } from './rows.as.ts'

/** out[row][0..8) = Σ from[row][term] · panel[term][0..8) for MOST_ROWS rows a tile. Pitches in bytes. */
export function multiplyTiles(
  tiles: i32,
  from: usize,
  pitch: usize,
  to: usize,
  toPitch: usize,
  /** [term][8] */
  panel: usize,
  terms: i32,
): void {
  for (; tiles > 0; tiles--) {
    let a0 = from
    let a1 = a0 + pitch
    let a2 = a1 + pitch
    let a3 = a2 + pitch
    let a4 = MOST_ROWS > 4 ? a3 + pitch : 0
    let a5 = MOST_ROWS > 5 ? a4 + pitch : 0
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
    let k = terms
    if (TERMS == 2) {
      for (; k > 1; k -= 2) {
        let b0 = v128.load(b)
        let b1 = v128.load(b, 16)
        let a = v128.load32_splat(a0)
        x0 = multiplyAdd(a, b0, x0)
        y0 = multiplyAdd(a, b1, y0)
        a = v128.load32_splat(a1)
        x1 = multiplyAdd(a, b0, x1)
        y1 = multiplyAdd(a, b1, y1)
        a = v128.load32_splat(a2)
        x2 = multiplyAdd(a, b0, x2)
        y2 = multiplyAdd(a, b1, y2)
        a = v128.load32_splat(a3)
        x3 = multiplyAdd(a, b0, x3)
        y3 = multiplyAdd(a, b1, y3)
        if (MOST_ROWS > 4) {
          a = v128.load32_splat(a4)
          x4 = multiplyAdd(a, b0, x4)
          y4 = multiplyAdd(a, b1, y4)
        }
        if (MOST_ROWS > 5) {
          a = v128.load32_splat(a5)
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
        a = v128.load32_splat(a1, 4)
        x1 = multiplyAdd(a, b0, x1)
        y1 = multiplyAdd(a, b1, y1)
        a1 += 8
        a = v128.load32_splat(a2, 4)
        x2 = multiplyAdd(a, b0, x2)
        y2 = multiplyAdd(a, b1, y2)
        a2 += 8
        a = v128.load32_splat(a3, 4)
        x3 = multiplyAdd(a, b0, x3)
        y3 = multiplyAdd(a, b1, y3)
        a3 += 8
        if (MOST_ROWS > 4) {
          a = v128.load32_splat(a4, 4)
          x4 = multiplyAdd(a, b0, x4)
          y4 = multiplyAdd(a, b1, y4)
          a4 += 8
        }
        if (MOST_ROWS > 5) {
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
      a = v128.load32_splat(a1)
      x1 = multiplyAdd(a, b0, x1)
      y1 = multiplyAdd(a, b1, y1)
      a1 += 4
      a = v128.load32_splat(a2)
      x2 = multiplyAdd(a, b0, x2)
      y2 = multiplyAdd(a, b1, y2)
      a2 += 4
      a = v128.load32_splat(a3)
      x3 = multiplyAdd(a, b0, x3)
      y3 = multiplyAdd(a, b1, y3)
      a3 += 4
      if (MOST_ROWS > 4) {
        a = v128.load32_splat(a4)
        x4 = multiplyAdd(a, b0, x4)
        y4 = multiplyAdd(a, b1, y4)
        a4 += 4
      }
      if (MOST_ROWS > 5) {
        a = v128.load32_splat(a5)
        x5 = multiplyAdd(a, b0, x5)
        y5 = multiplyAdd(a, b1, y5)
        a5 += 4
      }
    }
    v128.store(to, x0)
    v128.store(to, y0, 16)
    to += toPitch
    v128.store(to, x1)
    v128.store(to, y1, 16)
    to += toPitch
    v128.store(to, x2)
    v128.store(to, y2, 16)
    to += toPitch
    v128.store(to, x3)
    v128.store(to, y3, 16)
    to += toPitch
    if (MOST_ROWS > 4) {
      v128.store(to, x4)
      v128.store(to, y4, 16)
      to += toPitch
    }
    if (MOST_ROWS > 5) {
      v128.store(to, x5)
      v128.store(to, y5, 16)
      to += toPitch
    }
    from += <usize>MOST_ROWS * pitch
  }
}
