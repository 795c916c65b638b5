/**
 * The one-dimensional transforms of Winograd's (Toom–Cook's) short convolutions: F(m, 3) gives m neighbouring results of
 * a filter of three with m + 2 multiplications. y = Aᵀ[(G·g) ⊙ (Bᵀ·d)]; in two dimensions each is applied to columns and
 * then to rows. Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015. matrices.ts has the matrices.
 *
 * F(2) evaluates at 0, ±1, ∞. F(4) evaluates at 0, ±5/8, ±3/2, ∞ rather than at the usual 0, ±1, ±2, ∞: the same
 * operations, an error 2.4 times smaller (of 16 pairs tried), and B and A are still exact in float32.
 *
 * A line's values are read from and written to addresses, LANES channels each (steps.as.ts). Constants are arguments because V8 rebuilds a constant at each use; a caller has them before its loops (input transform 20 %
 * faster).
 */

import { clamp } from '../../kernel/clamp.as.ts'
import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'
import { high, put } from '../../kernel/steps.as.ts'

/** F(4×4, 3×3): 36 planes; the size of the type is the side of a tile. */
@unmanaged export class Six { a: u8; b: u8; c: u8; d: u8; e: u8; f: u8 }
/** F(2×2, 3×3): 16 planes. */
@unmanaged export class Four { a: u8; b: u8; c: u8; d: u8 }

/** The points. */
// @ts-ignore: decorator
@inline export const P: f32 = 0.625
// @ts-ignore: decorator
@inline export const Q: f32 = 1.5
/** Their squares, the squares' sum and product. */
// @ts-ignore: decorator
@inline export const PP: f32 = 0.390625
// @ts-ignore: decorator
@inline export const QQ: f32 = 2.25
// @ts-ignore: decorator
@inline export const SUM: f32 = 2.640625
// @ts-ignore: decorator
@inline export const PRODUCT: f32 = 0.87890625
/** 1/N of each point: 1/(P²Q²), 1/(2P²(P² − Q²)), 1/(2Q²(Q² − P²)). */
// @ts-ignore: decorator
@inline export const N0: f32 = 1.0 / 0.87890625
// @ts-ignore: decorator
@inline export const NP: f32 = 1.0 / (2.0 * 0.390625 * (0.390625 - 2.25))
// @ts-ignore: decorator
@inline export const NQ: f32 = 1.0 / (2.0 * 2.25 * (2.25 - 0.390625))

/** to[i·step] = Bᵀ·d, of a line of the picture. Constants −SUM, PRODUCT, −PP, −QQ, P, Q; F(2) needs none, nor d4 and d5. */
// @ts-ignore: decorator
@inline
export function inputLine<F>(
  d0: usize,
  d1: usize,
  d2: usize,
  d3: usize,
  d4: usize,
  d5: usize,
  sum: v128,
  product: v128,
  pp: v128,
  qq: v128,
  p: v128,
  q: v128,
  to: usize,
  step: usize,
): void {
  const v0 = v128.load(d0)
  const v0h = high(d0, v0)
  const v1 = v128.load(d1)
  const v1h = high(d1, v1)
  const v2 = v128.load(d2)
  const v2h = high(d2, v2)
  const v3 = v128.load(d3)
  const v3h = high(d3, v3)
  if (offsetof<F>() == 6) {
    const v4 = v128.load(d4)
    const v4h = high(d4, v4)
    const v5 = v128.load(d5)
    const v5h = high(d5, v5)
    const r0 = multiplyAdd(v2, sum, multiplyAdd(v0, product, v4))
    put(to, r0, WIDE == 1 ? multiplyAdd(v2h, sum, multiplyAdd(v0h, product, v4h)) : r0)
    to += step
    const evenP = multiplyAdd(v2, qq, v4)
    const evenPh = WIDE == 1 ? multiplyAdd(v2h, qq, v4h) : evenP
    const oddP = f32x4.mul(multiplyAdd(v1, qq, v3), p)
    const oddPh = WIDE == 1 ? f32x4.mul(multiplyAdd(v1h, qq, v3h), p) : oddP
    const r1 = f32x4.add(evenP, oddP)
    put(to, r1, WIDE == 1 ? f32x4.add(evenPh, oddPh) : r1)
    to += step
    const r2 = f32x4.sub(evenP, oddP)
    put(to, r2, WIDE == 1 ? f32x4.sub(evenPh, oddPh) : r2)
    to += step
    const evenQ = multiplyAdd(v2, pp, v4)
    const evenQh = WIDE == 1 ? multiplyAdd(v2h, pp, v4h) : evenQ
    const oddQ = f32x4.mul(multiplyAdd(v1, pp, v3), q)
    const oddQh = WIDE == 1 ? f32x4.mul(multiplyAdd(v1h, pp, v3h), q) : oddQ
    const r3 = f32x4.add(evenQ, oddQ)
    put(to, r3, WIDE == 1 ? f32x4.add(evenQh, oddQh) : r3)
    to += step
    const r4 = f32x4.sub(evenQ, oddQ)
    put(to, r4, WIDE == 1 ? f32x4.sub(evenQh, oddQh) : r4)
    to += step
    const r5 = multiplyAdd(v3, sum, multiplyAdd(v1, product, v5))
    put(to, r5, WIDE == 1 ? multiplyAdd(v3h, sum, multiplyAdd(v1h, product, v5h)) : r5)
  } else {
    const r0 = f32x4.sub(v0, v2)
    put(to, r0, WIDE == 1 ? f32x4.sub(v0h, v2h) : r0)
    to += step
    const r1 = f32x4.add(v2, v1)
    put(to, r1, WIDE == 1 ? f32x4.add(v2h, v1h) : r1)
    to += step
    const r2 = f32x4.sub(v2, v1)
    put(to, r2, WIDE == 1 ? f32x4.sub(v2h, v1h) : r2)
    to += step
    const r3 = f32x4.sub(v3, v1)
    put(to, r3, WIDE == 1 ? f32x4.sub(v3h, v1h) : r3)
  }
}

/** to[i·step] = G·g, of a line of a filter. Constants PP, QQ, P, Q, N0, NP, NQ; F(2) has no use for them. */
// @ts-ignore: decorator
@inline
export function filterLine<F>(
  g0: usize,
  g1: usize,
  g2: usize,
  pp: v128,
  qq: v128,
  p: v128,
  q: v128,
  n0: v128,
  nP: v128,
  nQ: v128,
  to: usize,
  step: usize,
): void {
  const v0 = v128.load(g0)
  const v0h = high(g0, v0)
  const v1 = v128.load(g1)
  const v1h = high(g1, v1)
  const v2 = v128.load(g2)
  const v2h = high(g2, v2)
  if (offsetof<F>() == 6) {
    const r0 = f32x4.mul(v0, n0)
    put(to, r0, WIDE == 1 ? f32x4.mul(v0h, n0) : r0)
    to += step
    const evenP = f32x4.mul(multiplyAdd(v2, pp, v0), nP)
    const evenPh = WIDE == 1 ? f32x4.mul(multiplyAdd(v2h, pp, v0h), nP) : evenP
    const oddP = f32x4.mul(f32x4.mul(v1, p), nP)
    const oddPh = WIDE == 1 ? f32x4.mul(f32x4.mul(v1h, p), nP) : oddP
    const r1 = f32x4.add(evenP, oddP)
    put(to, r1, WIDE == 1 ? f32x4.add(evenPh, oddPh) : r1)
    to += step
    const r2 = f32x4.sub(evenP, oddP)
    put(to, r2, WIDE == 1 ? f32x4.sub(evenPh, oddPh) : r2)
    to += step
    const evenQ = f32x4.mul(multiplyAdd(v2, qq, v0), nQ)
    const evenQh = WIDE == 1 ? f32x4.mul(multiplyAdd(v2h, qq, v0h), nQ) : evenQ
    const oddQ = f32x4.mul(f32x4.mul(v1, q), nQ)
    const oddQh = WIDE == 1 ? f32x4.mul(f32x4.mul(v1h, q), nQ) : oddQ
    const r3 = f32x4.add(evenQ, oddQ)
    put(to, r3, WIDE == 1 ? f32x4.add(evenQh, oddQh) : r3)
    to += step
    const r4 = f32x4.sub(evenQ, oddQ)
    put(to, r4, WIDE == 1 ? f32x4.sub(evenQh, oddQh) : r4)
    to += step
    put(to, v2, v2h)
  } else {
    const even = f32x4.mul(f32x4.add(v0, v2), f32x4.splat(0.5))
    const evenh = WIDE == 1 ? f32x4.mul(f32x4.add(v0h, v2h), f32x4.splat(0.5)) : even
    const odd = f32x4.mul(v1, f32x4.splat(0.5))
    const oddh = WIDE == 1 ? f32x4.mul(v1h, f32x4.splat(0.5)) : odd
    put(to, v0, v0h)
    to += step
    const r0 = f32x4.add(even, odd)
    put(to, r0, WIDE == 1 ? f32x4.add(evenh, oddh) : r0)
    to += step
    const r1 = f32x4.sub(even, odd)
    put(to, r1, WIDE == 1 ? f32x4.sub(evenh, oddh) : r1)
    to += step
    put(to, v2, v2h)
  }
}

/** to[i·step] = Aᵀ·m, of a line of products. Constants PP, QQ, P, Q; F(2) needs none, nor m4 and m5. */
// @ts-ignore: decorator
@inline
export function outputLine<F>(
  m0: usize,
  m1: usize,
  m2: usize,
  m3: usize,
  m4: usize,
  m5: usize,
  pp: v128,
  qq: v128,
  p: v128,
  q: v128,
  to: usize,
  step: usize,
): void {
  const v0 = v128.load(m0)
  const v0h = high(m0, v0)
  const v1 = v128.load(m1)
  const v1h = high(m1, v1)
  const v2 = v128.load(m2)
  const v2h = high(m2, v2)
  const v3 = v128.load(m3)
  const v3h = high(m3, v3)
  if (offsetof<F>() == 6) {
    const v4 = v128.load(m4)
    const v4h = high(m4, v4)
    const v5 = v128.load(m5)
    const v5h = high(m5, v5)
    const sumP = f32x4.add(v1, v2)
    const sumPh = WIDE == 1 ? f32x4.add(v1h, v2h) : sumP
    const sumQ = f32x4.add(v3, v4)
    const sumQh = WIDE == 1 ? f32x4.add(v3h, v4h) : sumQ
    const differenceP = f32x4.mul(f32x4.sub(v1, v2), p)
    const differencePh = WIDE == 1 ? f32x4.mul(f32x4.sub(v1h, v2h), p) : differenceP
    const differenceQ = f32x4.mul(f32x4.sub(v3, v4), q)
    const differenceQh = WIDE == 1 ? f32x4.mul(f32x4.sub(v3h, v4h), q) : differenceQ
    const r0 = f32x4.add(f32x4.add(v0, sumP), sumQ)
    put(to, r0, WIDE == 1 ? f32x4.add(f32x4.add(v0h, sumPh), sumQh) : r0)
    to += step
    const r1 = f32x4.add(differenceP, differenceQ)
    put(to, r1, WIDE == 1 ? f32x4.add(differencePh, differenceQh) : r1)
    to += step
    const r2 = multiplyAdd(sumP, pp, f32x4.mul(sumQ, qq))
    put(to, r2, WIDE == 1 ? multiplyAdd(sumPh, pp, f32x4.mul(sumQh, qq)) : r2)
    to += step
    const r3 = multiplyAdd(differenceP, pp, multiplyAdd(differenceQ, qq, v5))
    put(to, r3, WIDE == 1 ? multiplyAdd(differencePh, pp, multiplyAdd(differenceQh, qq, v5h)) : r3)
  } else {
    const sum = f32x4.add(v1, v2)
    const sumh = WIDE == 1 ? f32x4.add(v1h, v2h) : sum
    const difference = f32x4.sub(v1, v2)
    const differenceh = WIDE == 1 ? f32x4.sub(v1h, v2h) : difference
    const r0 = f32x4.add(v0, sum)
    put(to, r0, WIDE == 1 ? f32x4.add(v0h, sumh) : r0)
    to += step
    const r1 = f32x4.add(difference, v3)
    put(to, r1, WIDE == 1 ? f32x4.add(differenceh, v3h) : r1)
  }
}

/** to[i·step] = clamp(bias + Aᵀ·m): the second of the two passes. */
// @ts-ignore: decorator
@inline
export function outputLineWith<F>(
  m0: usize,
  m1: usize,
  m2: usize,
  m3: usize,
  m4: usize,
  m5: usize,
  bias: usize,
  least: v128,
  most: v128,
  pp: v128,
  qq: v128,
  p: v128,
  q: v128,
  to: usize,
  step: usize,
): void {
  const v0 = v128.load(m0)
  const v0h = high(m0, v0)
  const v1 = v128.load(m1)
  const v1h = high(m1, v1)
  const v2 = v128.load(m2)
  const v2h = high(m2, v2)
  const v3 = v128.load(m3)
  const v3h = high(m3, v3)
  const b = v128.load(bias)
  const bh = high(bias, b)
  if (offsetof<F>() == 6) {
    const v4 = v128.load(m4)
    const v4h = high(m4, v4)
    const v5 = v128.load(m5)
    const v5h = high(m5, v5)
    const sumP = f32x4.add(v1, v2)
    const sumPh = WIDE == 1 ? f32x4.add(v1h, v2h) : sumP
    const sumQ = f32x4.add(v3, v4)
    const sumQh = WIDE == 1 ? f32x4.add(v3h, v4h) : sumQ
    const differenceP = f32x4.mul(f32x4.sub(v1, v2), p)
    const differencePh = WIDE == 1 ? f32x4.mul(f32x4.sub(v1h, v2h), p) : differenceP
    const differenceQ = f32x4.mul(f32x4.sub(v3, v4), q)
    const differenceQh = WIDE == 1 ? f32x4.mul(f32x4.sub(v3h, v4h), q) : differenceQ
    const r0 = clamp(f32x4.add(f32x4.add(f32x4.add(v0, sumP), sumQ), b), least, most)
    put(to, r0, WIDE == 1 ? clamp(f32x4.add(f32x4.add(f32x4.add(v0h, sumPh), sumQh), bh), least, most) : r0)
    to += step
    const r1 = clamp(f32x4.add(f32x4.add(differenceP, differenceQ), b), least, most)
    put(to, r1, WIDE == 1 ? clamp(f32x4.add(f32x4.add(differencePh, differenceQh), bh), least, most) : r1)
    to += step
    const r2 = clamp(multiplyAdd(sumP, pp, multiplyAdd(sumQ, qq, b)), least, most)
    put(to, r2, WIDE == 1 ? clamp(multiplyAdd(sumPh, pp, multiplyAdd(sumQh, qq, bh)), least, most) : r2)
    to += step
    const r3 = clamp(multiplyAdd(differenceP, pp, multiplyAdd(differenceQ, qq, f32x4.add(v5, b))), least, most)
    put(to, r3, WIDE == 1 ? clamp(multiplyAdd(differencePh, pp, multiplyAdd(differenceQh, qq, f32x4.add(v5h, bh))), least, most) : r3)
  } else {
    const sum = f32x4.add(v1, v2)
    const sumh = WIDE == 1 ? f32x4.add(v1h, v2h) : sum
    const difference = f32x4.sub(v1, v2)
    const differenceh = WIDE == 1 ? f32x4.sub(v1h, v2h) : difference
    const r0 = clamp(f32x4.add(f32x4.add(v0, sum), b), least, most)
    put(to, r0, WIDE == 1 ? clamp(f32x4.add(f32x4.add(v0h, sumh), bh), least, most) : r0)
    to += step
    const r1 = clamp(f32x4.add(f32x4.add(difference, v3), b), least, most)
    put(to, r1, WIDE == 1 ? clamp(f32x4.add(f32x4.add(differenceh, v3h), bh), least, most) : r1)
  }
}
