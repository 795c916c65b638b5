/**
 * The micro-kernel of `multiply` for two neighbouring panels at once: 4–6 rows times 16 columns. It is written for V8's
 * revectorizer, which makes one 256-bit operation of two 128-bit ones where both halves come from the same address
 * (p, p + 16) and go to the same (two stores that follow one another). 6 rows take 12 wide accumulators, 2 vectors of
 * filters and one of pictures: 15 registers. Without the revectorizer they are 24 accumulators, which spill: a module
 * runs this file only where `WIDE` is set, and is chosen only where it was timed to be faster.
 *
 * Each result is summed in the order of `multiply`, so both have the same bits.
 */

import { clamp } from './clamp.as.ts'
import { multiplyPanel } from './multiply.as.ts'
import { multiplyAdd } from './multiplyAdd.as.ts'
import { nextRows, Rows4, Rows5, Rows6, wholeTiles } from './rows.as.ts'

/**
 * `multiply` for `tiles` times 4–6 rows and the columns of two panels, which lie `panelPitch` bytes apart; what the sums
 * start from, `initialPanel`, and where they go, `targetPanel`.
 */
function multiplyWide<R>(
  tiles: i32,
  sources: usize,
  targets: usize,
  sourceOffset: usize,
  targetOffset: usize,
  initial: usize,
  initialPitch: usize,
  initialPanel: usize,
  targetPanel: usize,
  panel: usize,
  panelPitch: usize,
  outer: i32,
  inner: i32,
  run: i32,
  innerJump: usize,
  outerJump: usize,
  floor: f32,
  ceiling: f32,
  panelJump: usize,
): void {
  const rows = offsetof<R>()
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  for (; tiles > 0; tiles--) {
    let a0 = load<usize>(sources) + sourceOffset
    let a1 = load<usize>(sources, 4) + sourceOffset
    let a2 = load<usize>(sources, 8) + sourceOffset
    let a3 = load<usize>(sources, 12) + sourceOffset
    let a4 = rows > 4 ? load<usize>(sources, 16) + sourceOffset : 0
    let a5 = rows > 5 ? load<usize>(sources, 20) + sourceOffset : 0
    let b = panel
    let c = panel + panelPitch
    let from = initial
    let fromC = initial + initialPanel
    let x0 = v128.load(from)
    let y0 = v128.load(from, 16)
    let z0 = v128.load(fromC)
    let w0 = v128.load(fromC, 16)
    from += initialPitch
    fromC += initialPitch
    let x1 = v128.load(from)
    let y1 = v128.load(from, 16)
    let z1 = v128.load(fromC)
    let w1 = v128.load(fromC, 16)
    from += initialPitch
    fromC += initialPitch
    let x2 = v128.load(from)
    let y2 = v128.load(from, 16)
    let z2 = v128.load(fromC)
    let w2 = v128.load(fromC, 16)
    from += initialPitch
    fromC += initialPitch
    let x3 = v128.load(from)
    let y3 = v128.load(from, 16)
    let z3 = v128.load(fromC)
    let w3 = v128.load(fromC, 16)
    let x4 = f32x4.splat(0)
    let y4 = f32x4.splat(0)
    let z4 = f32x4.splat(0)
    let w4 = f32x4.splat(0)
    let x5 = f32x4.splat(0)
    let y5 = f32x4.splat(0)
    let z5 = f32x4.splat(0)
    let w5 = f32x4.splat(0)
    if (rows > 4) {
      from += initialPitch
      fromC += initialPitch
      x4 = v128.load(from)
      y4 = v128.load(from, 16)
      z4 = v128.load(fromC)
      w4 = v128.load(fromC, 16)
    }
    if (rows > 5) {
      from += initialPitch
      fromC += initialPitch
      x5 = v128.load(from)
      y5 = v128.load(from, 16)
      z5 = v128.load(fromC)
      w5 = v128.load(fromC, 16)
    }
    for (let i = outer; i > 0; i--) {
      for (let j = inner; j > 0; j--) {
        let k = run
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
          if (rows > 4) {
            a = v128.load32_splat(a4)
            x4 = multiplyAdd(a, b0, x4)
            y4 = multiplyAdd(a, b1, y4)
            z4 = multiplyAdd(a, c0, z4)
            w4 = multiplyAdd(a, c1, w4)
          }
          if (rows > 5) {
            a = v128.load32_splat(a5)
            x5 = multiplyAdd(a, b0, x5)
            y5 = multiplyAdd(a, b1, y5)
            z5 = multiplyAdd(a, c0, z5)
            w5 = multiplyAdd(a, c1, w5)
          }
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
          if (rows > 4) {
            a = v128.load32_splat(a4, 4)
            x4 = multiplyAdd(a, b0, x4)
            y4 = multiplyAdd(a, b1, y4)
            z4 = multiplyAdd(a, c0, z4)
            w4 = multiplyAdd(a, c1, w4)
            a4 += 8
          }
          if (rows > 5) {
            a = v128.load32_splat(a5, 4)
            x5 = multiplyAdd(a, b0, x5)
            y5 = multiplyAdd(a, b1, y5)
            z5 = multiplyAdd(a, c0, z5)
            w5 = multiplyAdd(a, c1, w5)
            a5 += 8
          }
        }
        for (; k > 0; k--) {
          let b0 = v128.load(b)
          let b1 = v128.load(b, 16)
          let c0 = v128.load(c)
          let c1 = v128.load(c, 16)
          b += 32
          c += 32
          let a = v128.load32_splat(a0)
          x0 = multiplyAdd(a, b0, x0)
          y0 = multiplyAdd(a, b1, y0)
          z0 = multiplyAdd(a, c0, z0)
          w0 = multiplyAdd(a, c1, w0)
          a0 += 4
          a = v128.load32_splat(a1)
          x1 = multiplyAdd(a, b0, x1)
          y1 = multiplyAdd(a, b1, y1)
          z1 = multiplyAdd(a, c0, z1)
          w1 = multiplyAdd(a, c1, w1)
          a1 += 4
          a = v128.load32_splat(a2)
          x2 = multiplyAdd(a, b0, x2)
          y2 = multiplyAdd(a, b1, y2)
          z2 = multiplyAdd(a, c0, z2)
          w2 = multiplyAdd(a, c1, w2)
          a2 += 4
          a = v128.load32_splat(a3)
          x3 = multiplyAdd(a, b0, x3)
          y3 = multiplyAdd(a, b1, y3)
          z3 = multiplyAdd(a, c0, z3)
          w3 = multiplyAdd(a, c1, w3)
          a3 += 4
          if (rows > 4) {
            a = v128.load32_splat(a4)
            x4 = multiplyAdd(a, b0, x4)
            y4 = multiplyAdd(a, b1, y4)
            z4 = multiplyAdd(a, c0, z4)
            w4 = multiplyAdd(a, c1, w4)
            a4 += 4
          }
          if (rows > 5) {
            a = v128.load32_splat(a5)
            x5 = multiplyAdd(a, b0, x5)
            y5 = multiplyAdd(a, b1, y5)
            z5 = multiplyAdd(a, c0, z5)
            w5 = multiplyAdd(a, c1, w5)
            a5 += 4
          }
        }
        a0 += innerJump
        a1 += innerJump
        a2 += innerJump
        a3 += innerJump
        if (rows > 4) a4 += innerJump
        if (rows > 5) a5 += innerJump
      }
      b += panelJump
      c += panelJump
      a0 += outerJump
      a1 += outerJump
      a2 += outerJump
      a3 += outerJump
      if (rows > 4) a4 += outerJump
      if (rows > 5) a5 += outerJump
    }
    let to = load<usize>(targets) + targetOffset
    v128.store(to, clamp(x0, least, most))
    v128.store(to, clamp(y0, least, most), 16)
    to += targetPanel
    v128.store(to, clamp(z0, least, most))
    v128.store(to, clamp(w0, least, most), 16)
    to = load<usize>(targets, 4) + targetOffset
    v128.store(to, clamp(x1, least, most))
    v128.store(to, clamp(y1, least, most), 16)
    to += targetPanel
    v128.store(to, clamp(z1, least, most))
    v128.store(to, clamp(w1, least, most), 16)
    to = load<usize>(targets, 8) + targetOffset
    v128.store(to, clamp(x2, least, most))
    v128.store(to, clamp(y2, least, most), 16)
    to += targetPanel
    v128.store(to, clamp(z2, least, most))
    v128.store(to, clamp(w2, least, most), 16)
    to = load<usize>(targets, 12) + targetOffset
    v128.store(to, clamp(x3, least, most))
    v128.store(to, clamp(y3, least, most), 16)
    to += targetPanel
    v128.store(to, clamp(z3, least, most))
    v128.store(to, clamp(w3, least, most), 16)
    if (rows > 4) {
      to = load<usize>(targets, 16) + targetOffset
      v128.store(to, clamp(x4, least, most))
      v128.store(to, clamp(y4, least, most), 16)
      to += targetPanel
      v128.store(to, clamp(z4, least, most))
      v128.store(to, clamp(w4, least, most), 16)
    }
    if (rows > 5) {
      to = load<usize>(targets, 20) + targetOffset
      v128.store(to, clamp(x5, least, most))
      v128.store(to, clamp(y5, least, most), 16)
      to += targetPanel
      v128.store(to, clamp(z5, least, most))
      v128.store(to, clamp(w5, least, most), 16)
    }
    sources += <usize>rows << 2
    targets += <usize>rows << 2
    initial += <usize>rows * initialPitch
  }
}

/** Any number of rows times two neighbouring panels; as multiplyPanel for one and then for the other. */
export function multiplyTwoPanels(
  count: i32,
  sources: usize,
  targets: usize,
  sourceOffset: usize,
  targetOffset: usize,
  initial: usize,
  initialPitch: usize,
  initialPanel: usize,
  targetPanel: usize,
  panel: usize,
  panelPitch: usize,
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
    let tiles = 1
    if (rows == 6) {
      // One call for all whole tiles: 2–5 % faster than one for each.
      tiles = wholeTiles(count)
      multiplyWide<Rows6>(tiles, sources, targets, sourceOffset, targetOffset, initial, initialPitch, initialPanel, targetPanel, panel, panelPitch, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else if (rows == 5) {
      multiplyWide<Rows5>(1, sources, targets, sourceOffset, targetOffset, initial, initialPitch, initialPanel, targetPanel, panel, panelPitch, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else if (rows == 4) {
      multiplyWide<Rows4>(1, sources, targets, sourceOffset, targetOffset, initial, initialPitch, initialPanel, targetPanel, panel, panelPitch, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    } else {
      // Thin tiles only come where there are less than eight rows.
      multiplyPanel(rows, sources, targets, sourceOffset, targetOffset, initial, initialPitch, panel, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
      multiplyPanel(rows, sources, targets, sourceOffset, targetOffset + targetPanel, initial + initialPanel, initialPitch, panel + panelPitch, outer, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
    }
    const done = rows * tiles
    sources += <usize>done << 2
    targets += <usize>done << 2
    initial += <usize>done * initialPitch
    count -= done
  }
}
