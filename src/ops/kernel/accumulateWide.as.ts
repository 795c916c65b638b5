/** The micro-kernel of `accumulate` for two neighbouring panels at once: 4–6 rows times 16 columns; see multiplyWide.as.ts. */

import { accumulatePanel } from './accumulate.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'
import { nextRows, Rows4, Rows5, Rows6, wholeTiles } from './rows.as.ts'

/** `accumulate` for `tiles` times 4–6 values and two panels, `panelPitch` bytes apart; the sums of the second lie behind those of the first. */
function accumulateWide<R>(
  tiles: i32,
  source: usize,
  panel: usize,
  panelPitch: usize,
  outer: i32,
  inner: i32,
  run: i32,
  step: usize,
  innerJump: usize,
  outerJump: usize,
  sums: usize,
  pitch: usize,
  fresh: i32,
  panelJump: usize,
): void {
  const rows = offsetof<R>()
  for (; tiles > 0; tiles--) {
    let a = source
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
    if (!fresh) {
      let from = sums
      x0 = v128.load(from)
      y0 = v128.load(from, 16)
      z0 = v128.load(from, 32)
      w0 = v128.load(from, 48)
      from += pitch
      x1 = v128.load(from)
      y1 = v128.load(from, 16)
      z1 = v128.load(from, 32)
      w1 = v128.load(from, 48)
      from += pitch
      x2 = v128.load(from)
      y2 = v128.load(from, 16)
      z2 = v128.load(from, 32)
      w2 = v128.load(from, 48)
      from += pitch
      x3 = v128.load(from)
      y3 = v128.load(from, 16)
      z3 = v128.load(from, 32)
      w3 = v128.load(from, 48)
      if (rows > 4) {
        from += pitch
        x4 = v128.load(from)
        y4 = v128.load(from, 16)
        z4 = v128.load(from, 32)
        w4 = v128.load(from, 48)
      }
      if (rows > 5) {
        from += pitch
        x5 = v128.load(from)
        y5 = v128.load(from, 16)
        z5 = v128.load(from, 32)
        w5 = v128.load(from, 48)
      }
    }
    for (let i = outer; i > 0; i--) {
      for (let j = inner; j > 0; j--) {
        let k = run
        for (; k > 1; k -= 2) {
          let b0 = v128.load(b)
          let b1 = v128.load(b, 16)
          let c0 = v128.load(c)
          let c1 = v128.load(c, 16)
          let value = v128.load32_splat(a)
          x0 = multiplyAdd(value, b0, x0)
          y0 = multiplyAdd(value, b1, y0)
          z0 = multiplyAdd(value, c0, z0)
          w0 = multiplyAdd(value, c1, w0)
          value = v128.load32_splat(a, 4)
          x1 = multiplyAdd(value, b0, x1)
          y1 = multiplyAdd(value, b1, y1)
          z1 = multiplyAdd(value, c0, z1)
          w1 = multiplyAdd(value, c1, w1)
          value = v128.load32_splat(a, 8)
          x2 = multiplyAdd(value, b0, x2)
          y2 = multiplyAdd(value, b1, y2)
          z2 = multiplyAdd(value, c0, z2)
          w2 = multiplyAdd(value, c1, w2)
          value = v128.load32_splat(a, 12)
          x3 = multiplyAdd(value, b0, x3)
          y3 = multiplyAdd(value, b1, y3)
          z3 = multiplyAdd(value, c0, z3)
          w3 = multiplyAdd(value, c1, w3)
          if (rows > 4) {
            value = v128.load32_splat(a, 16)
            x4 = multiplyAdd(value, b0, x4)
            y4 = multiplyAdd(value, b1, y4)
            z4 = multiplyAdd(value, c0, z4)
            w4 = multiplyAdd(value, c1, w4)
          }
          if (rows > 5) {
            value = v128.load32_splat(a, 20)
            x5 = multiplyAdd(value, b0, x5)
            y5 = multiplyAdd(value, b1, y5)
            z5 = multiplyAdd(value, c0, z5)
            w5 = multiplyAdd(value, c1, w5)
          }
          a += step
          b0 = v128.load(b, 32)
          b1 = v128.load(b, 48)
          c0 = v128.load(c, 32)
          c1 = v128.load(c, 48)
          value = v128.load32_splat(a)
          x0 = multiplyAdd(value, b0, x0)
          y0 = multiplyAdd(value, b1, y0)
          z0 = multiplyAdd(value, c0, z0)
          w0 = multiplyAdd(value, c1, w0)
          value = v128.load32_splat(a, 4)
          x1 = multiplyAdd(value, b0, x1)
          y1 = multiplyAdd(value, b1, y1)
          z1 = multiplyAdd(value, c0, z1)
          w1 = multiplyAdd(value, c1, w1)
          value = v128.load32_splat(a, 8)
          x2 = multiplyAdd(value, b0, x2)
          y2 = multiplyAdd(value, b1, y2)
          z2 = multiplyAdd(value, c0, z2)
          w2 = multiplyAdd(value, c1, w2)
          value = v128.load32_splat(a, 12)
          x3 = multiplyAdd(value, b0, x3)
          y3 = multiplyAdd(value, b1, y3)
          z3 = multiplyAdd(value, c0, z3)
          w3 = multiplyAdd(value, c1, w3)
          if (rows > 4) {
            value = v128.load32_splat(a, 16)
            x4 = multiplyAdd(value, b0, x4)
            y4 = multiplyAdd(value, b1, y4)
            z4 = multiplyAdd(value, c0, z4)
            w4 = multiplyAdd(value, c1, w4)
          }
          if (rows > 5) {
            value = v128.load32_splat(a, 20)
            x5 = multiplyAdd(value, b0, x5)
            y5 = multiplyAdd(value, b1, y5)
            z5 = multiplyAdd(value, c0, z5)
            w5 = multiplyAdd(value, c1, w5)
          }
          a += step
          b += 64
          c += 64
        }
        for (; k > 0; k--) {
          let b0 = v128.load(b)
          let b1 = v128.load(b, 16)
          let c0 = v128.load(c)
          let c1 = v128.load(c, 16)
          let value = v128.load32_splat(a)
          x0 = multiplyAdd(value, b0, x0)
          y0 = multiplyAdd(value, b1, y0)
          z0 = multiplyAdd(value, c0, z0)
          w0 = multiplyAdd(value, c1, w0)
          value = v128.load32_splat(a, 4)
          x1 = multiplyAdd(value, b0, x1)
          y1 = multiplyAdd(value, b1, y1)
          z1 = multiplyAdd(value, c0, z1)
          w1 = multiplyAdd(value, c1, w1)
          value = v128.load32_splat(a, 8)
          x2 = multiplyAdd(value, b0, x2)
          y2 = multiplyAdd(value, b1, y2)
          z2 = multiplyAdd(value, c0, z2)
          w2 = multiplyAdd(value, c1, w2)
          value = v128.load32_splat(a, 12)
          x3 = multiplyAdd(value, b0, x3)
          y3 = multiplyAdd(value, b1, y3)
          z3 = multiplyAdd(value, c0, z3)
          w3 = multiplyAdd(value, c1, w3)
          if (rows > 4) {
            value = v128.load32_splat(a, 16)
            x4 = multiplyAdd(value, b0, x4)
            y4 = multiplyAdd(value, b1, y4)
            z4 = multiplyAdd(value, c0, z4)
            w4 = multiplyAdd(value, c1, w4)
          }
          if (rows > 5) {
            value = v128.load32_splat(a, 20)
            x5 = multiplyAdd(value, b0, x5)
            y5 = multiplyAdd(value, b1, y5)
            z5 = multiplyAdd(value, c0, z5)
            w5 = multiplyAdd(value, c1, w5)
          }
          a += step
          b += 32
          c += 32
        }
        a += innerJump
      }
      a += outerJump
      b += panelJump
      c += panelJump
    }
    let to = sums
    v128.store(to, x0)
    v128.store(to, y0, 16)
    v128.store(to, z0, 32)
    v128.store(to, w0, 48)
    to += pitch
    v128.store(to, x1)
    v128.store(to, y1, 16)
    v128.store(to, z1, 32)
    v128.store(to, w1, 48)
    to += pitch
    v128.store(to, x2)
    v128.store(to, y2, 16)
    v128.store(to, z2, 32)
    v128.store(to, w2, 48)
    to += pitch
    v128.store(to, x3)
    v128.store(to, y3, 16)
    v128.store(to, z3, 32)
    v128.store(to, w3, 48)
    if (rows > 4) {
      to += pitch
      v128.store(to, x4)
      v128.store(to, y4, 16)
      v128.store(to, z4, 32)
      v128.store(to, w4, 48)
    }
    if (rows > 5) {
      to += pitch
      v128.store(to, x5)
      v128.store(to, y5, 16)
      v128.store(to, z5, 32)
      v128.store(to, w5, 48)
    }
    source += <usize>rows << 2
    sums += <usize>rows * pitch
  }
}

/** Any number of neighbouring values times two neighbouring panels; as accumulatePanel for one and then for the other. */
export function accumulateTwoPanels(
  count: i32,
  source: usize,
  panel: usize,
  panelPitch: usize,
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
    const rows = nextRows(count)
    let tiles = 1
    if (rows == 6) {
      // One call for all whole tiles, as in multiplyTwoPanels.
      tiles = wholeTiles(count)
      accumulateWide<Rows6>(tiles, source, panel, panelPitch, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (rows == 5) {
      accumulateWide<Rows5>(1, source, panel, panelPitch, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else if (rows == 4) {
      accumulateWide<Rows4>(1, source, panel, panelPitch, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
    } else {
      accumulatePanel(rows, source, panel, outer, inner, run, step, innerJump, outerJump, sums, pitch, fresh, panelJump)
      accumulatePanel(rows, source, panel + panelPitch, outer, inner, run, step, innerJump, outerJump, sums + 32, pitch, fresh, panelJump)
    }
    const done = rows * tiles
    source += <usize>done << 2
    sums += <usize>done * pitch
    count -= done
  }
}
