/** The one-dimensional transforms of the filter gradient: the transposes of those of ../lines.as.ts. */

import { multiplyAdd } from '../../../kernel/multiplyAdd.as.ts'
import { high, put } from '../../../kernel/steps.as.ts'

/** to[i·step] = A·y, of a line of the results' gradient. Constants PP, QQ, P, Q; F(2) needs none, nor y2 and y3. */
// @ts-ignore: decorator
@inline
export function gradientLine<F>(
  y0: usize,
  y1: usize,
  y2: usize,
  y3: usize,
  pp: v128,
  qq: v128,
  p: v128,
  q: v128,
  to: usize,
  step: usize,
): void {
  const v0 = v128.load(y0)
  const v0h = high(y0, v0)
  const v1 = v128.load(y1)
  const v1h = high(y1, v1)
  put(to, v0, v0h)
  to += step
  if (offsetof<F>() == 6) {
    const v2 = v128.load(y2)
    const v2h = high(y2, v2)
    const v3 = v128.load(y3)
    const v3h = high(y3, v3)
    const evenP = multiplyAdd(v2, pp, v0)
    const evenPh = WIDE == 1 ? multiplyAdd(v2h, pp, v0h) : evenP
    const oddP = f32x4.mul(multiplyAdd(v3, pp, v1), p)
    const oddPh = WIDE == 1 ? f32x4.mul(multiplyAdd(v3h, pp, v1h), p) : oddP
    const r0 = f32x4.add(evenP, oddP)
    put(to, r0, WIDE == 1 ? f32x4.add(evenPh, oddPh) : r0)
    to += step
    const r1 = f32x4.sub(evenP, oddP)
    put(to, r1, WIDE == 1 ? f32x4.sub(evenPh, oddPh) : r1)
    to += step
    const evenQ = multiplyAdd(v2, qq, v0)
    const evenQh = WIDE == 1 ? multiplyAdd(v2h, qq, v0h) : evenQ
    const oddQ = f32x4.mul(multiplyAdd(v3, qq, v1), q)
    const oddQh = WIDE == 1 ? f32x4.mul(multiplyAdd(v3h, qq, v1h), q) : oddQ
    const r2 = f32x4.add(evenQ, oddQ)
    put(to, r2, WIDE == 1 ? f32x4.add(evenQh, oddQh) : r2)
    to += step
    const r3 = f32x4.sub(evenQ, oddQ)
    put(to, r3, WIDE == 1 ? f32x4.sub(evenQh, oddQh) : r3)
    to += step
    put(to, v3, v3h)
  } else {
    const r0 = f32x4.add(v0, v1)
    put(to, r0, WIDE == 1 ? f32x4.add(v0h, v1h) : r0)
    to += step
    const r1 = f32x4.sub(v0, v1)
    put(to, r1, WIDE == 1 ? f32x4.sub(v0h, v1h) : r1)
    to += step
    put(to, v1, v1h)
  }
}

/** to[i·step] = Gᵀ·m, of a line of summed products: the filter's gradient. Constants PP, QQ, P, Q, N0, NP, NQ; F(2) needs none, nor m4 and m5. */
// @ts-ignore: decorator
@inline
export function filterGradientLine<F>(
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
  n0: v128,
  nP: v128,
  nQ: v128,
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
    const sumP = f32x4.mul(f32x4.add(v1, v2), nP)
    const sumPh = WIDE == 1 ? f32x4.mul(f32x4.add(v1h, v2h), nP) : sumP
    const sumQ = f32x4.mul(f32x4.add(v3, v4), nQ)
    const sumQh = WIDE == 1 ? f32x4.mul(f32x4.add(v3h, v4h), nQ) : sumQ
    const differenceP = f32x4.mul(f32x4.sub(v1, v2), nP)
    const differencePh = WIDE == 1 ? f32x4.mul(f32x4.sub(v1h, v2h), nP) : differenceP
    const differenceQ = f32x4.mul(f32x4.sub(v3, v4), nQ)
    const differenceQh = WIDE == 1 ? f32x4.mul(f32x4.sub(v3h, v4h), nQ) : differenceQ
    const r0 = multiplyAdd(v0, n0, f32x4.add(sumP, sumQ))
    put(to, r0, WIDE == 1 ? multiplyAdd(v0h, n0, f32x4.add(sumPh, sumQh)) : r0)
    to += step
    const r1 = multiplyAdd(differenceP, p, f32x4.mul(differenceQ, q))
    put(to, r1, WIDE == 1 ? multiplyAdd(differencePh, p, f32x4.mul(differenceQh, q)) : r1)
    to += step
    const r2 = multiplyAdd(sumP, pp, multiplyAdd(sumQ, qq, v5))
    put(to, r2, WIDE == 1 ? multiplyAdd(sumPh, pp, multiplyAdd(sumQh, qq, v5h)) : r2)
  } else {
    const sum = f32x4.mul(f32x4.add(v1, v2), f32x4.splat(0.5))
    const sumh = WIDE == 1 ? f32x4.mul(f32x4.add(v1h, v2h), f32x4.splat(0.5)) : sum
    const difference = f32x4.mul(f32x4.sub(v1, v2), f32x4.splat(0.5))
    const differenceh = WIDE == 1 ? f32x4.mul(f32x4.sub(v1h, v2h), f32x4.splat(0.5)) : difference
    const r0 = f32x4.add(v0, sum)
    put(to, r0, WIDE == 1 ? f32x4.add(v0h, sumh) : r0)
    to += step
    put(to, difference, differenceh)
    to += step
    const r1 = f32x4.add(sum, v3)
    put(to, r1, WIDE == 1 ? f32x4.add(sumh, v3h) : r1)
  }
}
