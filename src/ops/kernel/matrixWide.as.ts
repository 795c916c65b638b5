/** `multiplyTiles` for two neighbouring panels at once: 6 rows times 16 columns; see matrix.as.ts and multiplyWide.as.ts. */

import { multiplyAdd } from './multiplyAdd.as.ts'
import { MOST_ROWS } from './rows.as.ts'

/** out[row][0..16) = Σ from[row][term] · both panels, MOST_ROWS rows a tile. Pitches in bytes. */
export function multiplyTilesWide(
  tiles: i32,
  from: usize,
  pitch: usize,
  to: usize,
  toPitch: usize,
  panel: usize,
  panelPitch: usize,
  terms: i32,
): void {
  for (; tiles > 0; tiles--) {
    let a0 = from
    let a1 = a0 + pitch
    let a2 = a1 + pitch
    let a3 = a2 + pitch
    let a4 = a3 + pitch
    let a5 = a4 + pitch
    let b = panel
    let c = panel + panelPitch
    let x0 = f32x4.splat(0)
    let y0 = f32x4.splat(0)
    let z0 = f32x4.splat(0)
    let w0 = f32x4.splat(0)
    let x1 = f32x4.splat(0)
    let y1 = f32x4.splat(0)
    let z1 = f32x4.splat(0)
    let w1 = f32x4.splat(0)
    let x2 = f32x4.splat(0)
    let y2 = f32x4.splat(0)
    let z2 = f32x4.splat(0)
    let w2 = f32x4.splat(0)
    let x3 = f32x4.splat(0)
    let y3 = f32x4.splat(0)
    let z3 = f32x4.splat(0)
    let w3 = f32x4.splat(0)
    let x4 = f32x4.splat(0)
    let y4 = f32x4.splat(0)
    let z4 = f32x4.splat(0)
    let w4 = f32x4.splat(0)
    let x5 = f32x4.splat(0)
    let y5 = f32x4.splat(0)
    let z5 = f32x4.splat(0)
    let w5 = f32x4.splat(0)
    let k = terms
    for (; k > 1; k -= 2) {
      let b0 = v128.load(b)
      let b1 = v128.load(b, 16)
      let c0 = v128.load(c)
      let c1 = v128.load(c, 16)
      let a = v128.load32_splat(a0)
      x0 = multiplyAdd(a, b0, x0)
      y0 = multiplyAdd(a, b1, y0)
      z0 = multiplyAdd(a, c0, z0)
      w0 = multiplyAdd(a, c1, w0)
      a = v128.load32_splat(a1)
      x1 = multiplyAdd(a, b0, x1)
      y1 = multiplyAdd(a, b1, y1)
      z1 = multiplyAdd(a, c0, z1)
      w1 = multiplyAdd(a, c1, w1)
      a = v128.load32_splat(a2)
      x2 = multiplyAdd(a, b0, x2)
      y2 = multiplyAdd(a, b1, y2)
      z2 = multiplyAdd(a, c0, z2)
      w2 = multiplyAdd(a, c1, w2)
      a = v128.load32_splat(a3)
      x3 = multiplyAdd(a, b0, x3)
      y3 = multiplyAdd(a, b1, y3)
      z3 = multiplyAdd(a, c0, z3)
      w3 = multiplyAdd(a, c1, w3)
      a = v128.load32_splat(a4)
      x4 = multiplyAdd(a, b0, x4)
      y4 = multiplyAdd(a, b1, y4)
      z4 = multiplyAdd(a, c0, z4)
      w4 = multiplyAdd(a, c1, w4)
      a = v128.load32_splat(a5)
      x5 = multiplyAdd(a, b0, x5)
      y5 = multiplyAdd(a, b1, y5)
      z5 = multiplyAdd(a, c0, z5)
      w5 = multiplyAdd(a, c1, w5)
      b0 = v128.load(b, 32)
      b1 = v128.load(b, 48)
      c0 = v128.load(c, 32)
      c1 = v128.load(c, 48)
      b += 64
      c += 64
      a = v128.load32_splat(a0, 4)
      x0 = multiplyAdd(a, b0, x0)
      y0 = multiplyAdd(a, b1, y0)
      z0 = multiplyAdd(a, c0, z0)
      w0 = multiplyAdd(a, c1, w0)
      a0 += 8
      a = v128.load32_splat(a1, 4)
      x1 = multiplyAdd(a, b0, x1)
      y1 = multiplyAdd(a, b1, y1)
      z1 = multiplyAdd(a, c0, z1)
      w1 = multiplyAdd(a, c1, w1)
      a1 += 8
      a = v128.load32_splat(a2, 4)
      x2 = multiplyAdd(a, b0, x2)
      y2 = multiplyAdd(a, b1, y2)
      z2 = multiplyAdd(a, c0, z2)
      w2 = multiplyAdd(a, c1, w2)
      a2 += 8
      a = v128.load32_splat(a3, 4)
      x3 = multiplyAdd(a, b0, x3)
      y3 = multiplyAdd(a, b1, y3)
      z3 = multiplyAdd(a, c0, z3)
      w3 = multiplyAdd(a, c1, w3)
      a3 += 8
      a = v128.load32_splat(a4, 4)
      x4 = multiplyAdd(a, b0, x4)
      y4 = multiplyAdd(a, b1, y4)
      z4 = multiplyAdd(a, c0, z4)
      w4 = multiplyAdd(a, c1, w4)
      a4 += 8
      a = v128.load32_splat(a5, 4)
      x5 = multiplyAdd(a, b0, x5)
      y5 = multiplyAdd(a, b1, y5)
      z5 = multiplyAdd(a, c0, z5)
      w5 = multiplyAdd(a, c1, w5)
      a5 += 8
    }
    if (k > 0) {
      const b0 = v128.load(b)
      const b1 = v128.load(b, 16)
      const c0 = v128.load(c)
      const c1 = v128.load(c, 16)
      let a = v128.load32_splat(a0)
      x0 = multiplyAdd(a, b0, x0)
      y0 = multiplyAdd(a, b1, y0)
      z0 = multiplyAdd(a, c0, z0)
      w0 = multiplyAdd(a, c1, w0)
      a = v128.load32_splat(a1)
      x1 = multiplyAdd(a, b0, x1)
      y1 = multiplyAdd(a, b1, y1)
      z1 = multiplyAdd(a, c0, z1)
      w1 = multiplyAdd(a, c1, w1)
      a = v128.load32_splat(a2)
      x2 = multiplyAdd(a, b0, x2)
      y2 = multiplyAdd(a, b1, y2)
      z2 = multiplyAdd(a, c0, z2)
      w2 = multiplyAdd(a, c1, w2)
      a = v128.load32_splat(a3)
      x3 = multiplyAdd(a, b0, x3)
      y3 = multiplyAdd(a, b1, y3)
      z3 = multiplyAdd(a, c0, z3)
      w3 = multiplyAdd(a, c1, w3)
      a = v128.load32_splat(a4)
      x4 = multiplyAdd(a, b0, x4)
      y4 = multiplyAdd(a, b1, y4)
      z4 = multiplyAdd(a, c0, z4)
      w4 = multiplyAdd(a, c1, w4)
      a = v128.load32_splat(a5)
      x5 = multiplyAdd(a, b0, x5)
      y5 = multiplyAdd(a, b1, y5)
      z5 = multiplyAdd(a, c0, z5)
      w5 = multiplyAdd(a, c1, w5)
    }
    v128.store(to, x0)
    v128.store(to, y0, 16)
    v128.store(to, z0, 32)
    v128.store(to, w0, 48)
    to += toPitch
    v128.store(to, x1)
    v128.store(to, y1, 16)
    v128.store(to, z1, 32)
    v128.store(to, w1, 48)
    to += toPitch
    v128.store(to, x2)
    v128.store(to, y2, 16)
    v128.store(to, z2, 32)
    v128.store(to, w2, 48)
    to += toPitch
    v128.store(to, x3)
    v128.store(to, y3, 16)
    v128.store(to, z3, 32)
    v128.store(to, w3, 48)
    to += toPitch
    v128.store(to, x4)
    v128.store(to, y4, 16)
    v128.store(to, z4, 32)
    v128.store(to, w4, 48)
    to += toPitch
    v128.store(to, x5)
    v128.store(to, y5, 16)
    v128.store(to, z5, 32)
    v128.store(to, w5, 48)
    to += toPitch
    from += <usize>MOST_ROWS * pitch
  }
}
