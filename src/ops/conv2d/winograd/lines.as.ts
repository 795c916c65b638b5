/**
 * The one-dimensional transforms of Winograd's (Toom–Cook's) short convolutions: F(m, 3) gives m neighbouring results of
 * a filter of three with m + 2 multiplications. y = Aᵀ[(G·g) ⊙ (Bᵀ·d)]; in two dimensions each is applied to columns and
 * then to rows. Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015.
 *
 * F(2) evaluates at 0, ±1, ∞. F(4) evaluates at 0, ±5/8, ±3/2, ∞ rather than at the usual 0, ±1, ±2, ∞: the same
 * operations, an error 2.4 times smaller (of 16 pairs tried), and B and A are still exact in float32.
 */

import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'

/** F(4×4, 3×3): 36 planes; the size of the type is the side of a tile. */
@unmanaged export class Six { a: u8; b: u8; c: u8; d: u8; e: u8; f: u8 }
/** F(2×2, 3×3): 16 planes. */
@unmanaged export class Four { a: u8; b: u8; c: u8; d: u8 }

// @ts-ignore: decorator
@inline const P: f32 = 0.625
// @ts-ignore: decorator
@inline const Q: f32 = 1.5
// @ts-ignore: decorator
@inline const PP: f32 = 0.390625
// @ts-ignore: decorator
@inline const QQ: f32 = 2.25
// @ts-ignore: decorator
@inline const PPP: f32 = 0.244140625
// @ts-ignore: decorator
@inline const QQQ: f32 = 3.375
/** P² + Q² and P²·Q² */
// @ts-ignore: decorator
@inline const SUM: f32 = 2.640625
// @ts-ignore: decorator
@inline const PRODUCT: f32 = 0.87890625
/** 1/N of each point: 1/(P²Q²), 1/(2P²(P² − Q²)), 1/(2Q²(Q² − P²)). */
// @ts-ignore: decorator
@inline const N0: f32 = 1.0 / 0.87890625
// @ts-ignore: decorator
@inline const NP: f32 = 1.0 / (2.0 * 0.390625 * (0.390625 - 2.25))
// @ts-ignore: decorator
@inline const NQ: f32 = 1.0 / (2.0 * 2.25 * (2.25 - 0.390625))

/** to[i·step] = Bᵀ·d: of a line of the picture. F(2) ignores d4 and d5. */
// @ts-ignore: decorator
@inline
export function inputLine<F>(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
  if (offsetof<F>() == 6) {
    v128.store(to, multiplyAdd(d2, f32x4.splat(-SUM), multiplyAdd(d0, f32x4.splat(PRODUCT), d4)))
    to += step
    let even = multiplyAdd(d2, f32x4.splat(-QQ), d4)
    let odd = multiplyAdd(d1, f32x4.splat(-QQ), d3)
    v128.store(to, multiplyAdd(odd, f32x4.splat(P), even))
    to += step
    v128.store(to, multiplyAdd(odd, f32x4.splat(-P), even))
    to += step
    even = multiplyAdd(d2, f32x4.splat(-PP), d4)
    odd = multiplyAdd(d1, f32x4.splat(-PP), d3)
    v128.store(to, multiplyAdd(odd, f32x4.splat(Q), even))
    to += step
    v128.store(to, multiplyAdd(odd, f32x4.splat(-Q), even))
    to += step
    v128.store(to, multiplyAdd(d3, f32x4.splat(-SUM), multiplyAdd(d1, f32x4.splat(PRODUCT), d5)))
  } else {
    v128.store(to, f32x4.sub(d0, d2))
    to += step
    v128.store(to, f32x4.add(d2, d1))
    to += step
    v128.store(to, f32x4.sub(d2, d1))
    to += step
    v128.store(to, f32x4.sub(d3, d1))
  }
}

/** to[i·step] = G·g: of a line of a filter. */
// @ts-ignore: decorator
@inline
export function filterLine<F>(g0: v128, g1: v128, g2: v128, to: usize, step: usize): void {
  if (offsetof<F>() == 6) {
    v128.store(to, f32x4.mul(g0, f32x4.splat(N0)))
    to += step
    let even = f32x4.mul(multiplyAdd(g2, f32x4.splat(PP), g0), f32x4.splat(NP))
    v128.store(to, multiplyAdd(g1, f32x4.splat(P * NP), even))
    to += step
    v128.store(to, multiplyAdd(g1, f32x4.splat(-P * NP), even))
    to += step
    even = f32x4.mul(multiplyAdd(g2, f32x4.splat(QQ), g0), f32x4.splat(NQ))
    v128.store(to, multiplyAdd(g1, f32x4.splat(Q * NQ), even))
    to += step
    v128.store(to, multiplyAdd(g1, f32x4.splat(-Q * NQ), even))
    to += step
    v128.store(to, g2)
  } else {
    const even = f32x4.mul(f32x4.add(g0, g2), f32x4.splat(0.5))
    v128.store(to, g0)
    to += step
    v128.store(to, multiplyAdd(g1, f32x4.splat(0.5), even))
    to += step
    v128.store(to, multiplyAdd(g1, f32x4.splat(-0.5), even))
    to += step
    v128.store(to, g2)
  }
}

/** to[i·step] = Aᵀ·m: of a line of products. F(2) ignores m4 and m5. */
// @ts-ignore: decorator
@inline
export function outputLine<F>(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize): void {
  const sumP = f32x4.add(m1, m2)
  const differenceP = f32x4.sub(m1, m2)
  if (offsetof<F>() == 6) {
    const sumQ = f32x4.add(m3, m4)
    const differenceQ = f32x4.sub(m3, m4)
    v128.store(to, f32x4.add(f32x4.add(m0, sumP), sumQ))
    to += step
    v128.store(to, multiplyAdd(differenceP, f32x4.splat(P), f32x4.mul(differenceQ, f32x4.splat(Q))))
    to += step
    v128.store(to, multiplyAdd(sumP, f32x4.splat(PP), f32x4.mul(sumQ, f32x4.splat(QQ))))
    to += step
    v128.store(to, multiplyAdd(differenceP, f32x4.splat(PPP), multiplyAdd(differenceQ, f32x4.splat(QQQ), m5)))
  } else {
    v128.store(to, f32x4.add(m0, sumP))
    to += step
    v128.store(to, f32x4.add(differenceP, m3))
  }
}

/** to[i·step] = max(least, bias + Aᵀ·m): the second of the two passes. In this order of operands pmax hands a NaN on. */
// @ts-ignore: decorator
@inline
export function outputLineWith<F>(
  m0: v128,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  bias: v128,
  least: v128,
  to: usize,
  step: usize,
): void {
  const sumP = f32x4.add(m1, m2)
  const differenceP = f32x4.sub(m1, m2)
  if (offsetof<F>() == 6) {
    const sumQ = f32x4.add(m3, m4)
    const differenceQ = f32x4.sub(m3, m4)
    v128.store(to, f32x4.pmax(f32x4.add(f32x4.add(m0, sumP), f32x4.add(sumQ, bias)), least))
    to += step
    v128.store(to, f32x4.pmax(multiplyAdd(differenceP, f32x4.splat(P), multiplyAdd(differenceQ, f32x4.splat(Q), bias)), least))
    to += step
    v128.store(to, f32x4.pmax(multiplyAdd(sumP, f32x4.splat(PP), multiplyAdd(sumQ, f32x4.splat(QQ), bias)), least))
    to += step
    const last = multiplyAdd(differenceQ, f32x4.splat(QQQ), f32x4.add(m5, bias))
    v128.store(to, f32x4.pmax(multiplyAdd(differenceP, f32x4.splat(PPP), last), least))
  } else {
    v128.store(to, f32x4.pmax(f32x4.add(f32x4.add(m0, sumP), bias), least))
    to += step
    v128.store(to, f32x4.pmax(f32x4.add(f32x4.add(differenceP, m3), bias), least))
  }
}

/** to[i·step] = A·y: of a line of the results' gradient. F(2) ignores y2 and y3. */
// @ts-ignore: decorator
@inline
export function gradientLine<F>(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  v128.store(to, y0)
  to += step
  if (offsetof<F>() == 6) {
    let even = multiplyAdd(y2, f32x4.splat(PP), y0)
    let odd = multiplyAdd(y3, f32x4.splat(PP), y1)
    v128.store(to, multiplyAdd(odd, f32x4.splat(P), even))
    to += step
    v128.store(to, multiplyAdd(odd, f32x4.splat(-P), even))
    to += step
    even = multiplyAdd(y2, f32x4.splat(QQ), y0)
    odd = multiplyAdd(y3, f32x4.splat(QQ), y1)
    v128.store(to, multiplyAdd(odd, f32x4.splat(Q), even))
    to += step
    v128.store(to, multiplyAdd(odd, f32x4.splat(-Q), even))
    to += step
    v128.store(to, y3)
  } else {
    v128.store(to, f32x4.add(y0, y1))
    to += step
    v128.store(to, f32x4.sub(y0, y1))
    to += step
    v128.store(to, y1)
  }
}

/** to[i·step] = Gᵀ·m: of a line of summed products, giving a line of the filter's gradient. F(2) ignores m4 and m5. */
// @ts-ignore: decorator
@inline
export function filterGradientLine<F>(
  m0: v128,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  to: usize,
  step: usize,
): void {
  const sumP = f32x4.add(m1, m2)
  const differenceP = f32x4.sub(m1, m2)
  if (offsetof<F>() == 6) {
    const sumQ = f32x4.add(m3, m4)
    const differenceQ = f32x4.sub(m3, m4)
    const ends = f32x4.mul(m0, f32x4.splat(N0))
    v128.store(to, multiplyAdd(sumP, f32x4.splat(NP), multiplyAdd(sumQ, f32x4.splat(NQ), ends)))
    to += step
    v128.store(to, multiplyAdd(differenceP, f32x4.splat(P * NP), f32x4.mul(differenceQ, f32x4.splat(Q * NQ))))
    to += step
    v128.store(to, multiplyAdd(sumP, f32x4.splat(PP * NP), multiplyAdd(sumQ, f32x4.splat(QQ * NQ), m5)))
  } else {
    v128.store(to, multiplyAdd(sumP, f32x4.splat(0.5), m0))
    to += step
    v128.store(to, f32x4.mul(differenceP, f32x4.splat(0.5)))
    to += step
    v128.store(to, multiplyAdd(sumP, f32x4.splat(0.5), m3))
  }
}
