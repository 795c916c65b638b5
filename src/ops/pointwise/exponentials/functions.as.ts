/** The activation functions of table.ts that are made of one exponential, for the loops of kernel/curves.as.ts. */

import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'

/** 1 / (1 + e⁻ˣ) */
@unmanaged
@final
export class Sigmoid {
  @inline take(x: v128): v128 {
    return x
  }
  @inline exponent(x: v128, _a: v128): v128 {
    return f32x4.neg(x)
  }
  @inline apply(_x: v128, e: v128, one: v128, _a: v128): v128 {
    return f32x4.div(one, f32x4.add(one, e))
  }
  @inline slopes(): bool {
    return false
  }
}

/** eˣ */
@unmanaged
@final
export class Exp {
  @inline take(x: v128): v128 {
    return x
  }
  @inline exponent(x: v128, _a: v128): v128 {
    return x
  }
  @inline apply(_x: v128, e: v128, _one: v128, _a: v128): v128 {
    return e
  }
  @inline slopes(): bool {
    return false
  }
}

/** x / (1 + e^(−a·x)); −0 at −∞, which is the limit. */
@unmanaged
@final
export class Silu {
  @inline take(x: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(-1e30))
  }
  @inline exponent(x: v128, a: v128): v128 {
    return f32x4.neg(f32x4.mul(a, x))
  }
  @inline apply(x: v128, e: v128, one: v128, _a: v128): v128 {
    return f32x4.div(x, f32x4.add(one, e))
  }
  @inline slopes(): bool {
    return false
  }
}
@unmanaged
@final
export class SiluSlope {
  @inline take(x: v128): v128 {
    return x
  }
  @inline exponent(x: v128, a: v128): v128 {
    return f32x4.neg(within(f32x4.mul(a, x)))
  }
  /** s·(1 + a·x·(1 − s)), where 1 − s is e·s: next to 1 the difference has no digits left. */
  @inline apply(x: v128, e: v128, one: v128, a: v128): v128 {
    const s = f32x4.div(one, f32x4.add(one, e))
    return multiplyAdd(f32x4.mul(within(f32x4.mul(a, x)), s), f32x4.mul(e, s), s)
  }
  @inline slopes(): bool {
    return true
  }
}

/** From −88 to 88, where e^x is finite; a NaN is handed on. */
// @ts-ignore: decorator
@inline
function within(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-88)), f32x4.splat(88))
}

/** 2u of ½x·(1 + tanh u) = x / (1 + e^(−2u)), u = √(2/π)·(x + 0.044715x³). */
// @ts-ignore: decorator
@inline
function twiceU(x: v128): v128 {
  return f32x4.mul(x, multiplyAdd(f32x4.mul(x, x), f32x4.splat(0.0713548162726), f32x4.splat(1.59576912161)))
}

@unmanaged
@final
export class GeluTanh {
  @inline take(x: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(-1e12))
  }
  @inline exponent(x: v128, _a: v128): v128 {
    return f32x4.neg(twiceU(x))
  }
  @inline apply(x: v128, e: v128, one: v128, _a: v128): v128 {
    return f32x4.div(x, f32x4.add(one, e))
  }
  @inline slopes(): bool {
    return false
  }
}
@unmanaged
@final
export class GeluTanhSlope {
  @inline take(x: v128): v128 {
    // 2u is ±76 there, and the slope 0 and 1.
    return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-9.5)), f32x4.splat(9.5))
  }
  @inline exponent(x: v128, _a: v128): v128 {
    return f32x4.neg(twiceU(x))
  }
  /** s + x·s·(1 − s)·2u′, where 1 − s is e·s */
  @inline apply(x: v128, e: v128, one: v128, _a: v128): v128 {
    const s = f32x4.div(one, f32x4.add(one, e))
    const inner = f32x4.mul(f32x4.mul(x, s), f32x4.mul(e, s))
    const slope = multiplyAdd(f32x4.mul(x, x), f32x4.splat(0.214064448818), f32x4.splat(1.59576912161))
    return multiplyAdd(inner, slope, s)
  }
  @inline slopes(): bool {
    return true
  }
}

/** x·tanh(ln(1 + eˣ)) = x·w/(w + 2) with w = eˣ·(eˣ + 2); from x = 20 the quotient is 1 as a float32. */
@unmanaged
@final
export class Mish {
  @inline take(x: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(-1e30))
  }
  @inline exponent(x: v128, _a: v128): v128 {
    return f32x4.pmin(x, f32x4.splat(20))
  }
  @inline apply(x: v128, e: v128, one: v128, _a: v128): v128 {
    const two = f32x4.add(one, one)
    const w = f32x4.mul(e, f32x4.add(e, two))
    return f32x4.mul(x, f32x4.div(w, f32x4.add(w, two)))
  }
  @inline slopes(): bool {
    return false
  }
}
@unmanaged
@final
export class MishSlope {
  @inline take(x: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(20))
  }
  @inline exponent(x: v128, _a: v128): v128 {
    return x
  }
  /** w/(w + 2) + x·4eˣ(1 + eˣ)/(w + 2)² */
  @inline apply(x: v128, e: v128, one: v128, _a: v128): v128 {
    const two = f32x4.add(one, one)
    const w = f32x4.mul(e, f32x4.add(e, two))
    const inverse = f32x4.div(one, f32x4.add(w, two))
    const four = f32x4.add(two, two)
    const bend = f32x4.mul(f32x4.mul(f32x4.mul(four, e), f32x4.add(one, e)), f32x4.mul(inverse, inverse))
    return multiplyAdd(x, bend, f32x4.mul(w, inverse))
  }
  @inline slopes(): bool {
    return true
  }
}

/** ln(1 + e^(a·x))/a = max(x, 0) + ln(1 + e^−|a·x|)/a: nothing overflows. */
@unmanaged
@final
export class Softplus {
  @inline take(x: v128): v128 {
    return x
  }
  @inline exponent(x: v128, a: v128): v128 {
    return f32x4.neg(f32x4.abs(f32x4.mul(a, x)))
  }
  @inline apply(x: v128, e: v128, one: v128, a: v128): v128 {
    // ln(1 + e) = s·P(s²) with s = e/(2 + e) ≤ 1/3; P is 2·artanh(s)/s, the minimax polynomial on [0, 1/9] (error 1.1e-10).
    const s = f32x4.div(e, f32x4.add(f32x4.add(one, one), e))
    const z = f32x4.mul(s, s)
    let p = multiplyAdd(f32x4.splat(0.24393908084), z, f32x4.splat(0.213985605067))
    p = multiplyAdd(p, z, f32x4.splat(0.286202074084))
    p = multiplyAdd(p, z, f32x4.splat(0.399987112469))
    p = multiplyAdd(p, z, f32x4.splat(0.666666790264))
    p = multiplyAdd(p, z, f32x4.splat(1.99999999981))
    return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), f32x4.div(f32x4.mul(s, p), a))
  }
  @inline slopes(): bool {
    return false
  }
}
/** 1 − e^(−c·y), from the output. */
@unmanaged
@final
export class SoftplusSlope {
  @inline exponent(y: v128, c: v128): v128 {
    return f32x4.neg(f32x4.mul(c, y))
  }
  @inline apply(_y: v128, m: v128, _a: v128, _b: v128): v128 {
    return f32x4.neg(m)
  }
  @inline slopes(): bool {
    return true
  }
}

/** a·x where positive, b·(e^(c·x) − 1) elsewhere: ELU, SELU and CELU. The bit of −0 is set because 0 + −0 is 0. */
@unmanaged
@final
export class Elu {
  @inline exponent(x: v128, c: v128): v128 {
    return f32x4.mul(f32x4.pmin(x, f32x4.splat(0)), c)
  }
  @inline apply(x: v128, m: v128, a: v128, b: v128): v128 {
    const below = v128.or(f32x4.mul(b, m), v128.and(x, i32x4.splat(0x80000000)))
    return v128.bitselect(f32x4.mul(a, x), below, f32x4.gt(x, f32x4.splat(0)))
  }
  @inline slopes(): bool {
    return false
  }
}
