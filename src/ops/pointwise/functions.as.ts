/**
 * The activation functions of table.ts for four values at once: `apply(x, p)`, and `apply(kept, dy, p)` for the gradient.
 * Those made of exponentials are in exponentials/functions.as.ts, and in kernel/math.as.ts and gelu.as.ts.
 */

import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'

@unmanaged
@final
export class Relu {
  // pmax in this order hands a NaN on. f32x4.max would be several instructions.
  @inline apply(x: v128, _p: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(0))
  }
}
@unmanaged
@final
export class ReluGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    return v128.and(dy, f32x4.gt(y, f32x4.splat(0)))
  }
}

@unmanaged
@final
export class Relu6 {
  @inline apply(x: v128, _p: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, f32x4.splat(0)), f32x4.splat(6))
  }
}
@unmanaged
@final
export class Relu6Gradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    return v128.and(dy, v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, f32x4.splat(6))))
  }
}

@unmanaged
@final
export class Lrelu {
  @inline apply(x: v128, p: v128): v128 {
    return v128.bitselect(x, f32x4.mul(x, p), f32x4.gt(x, f32x4.splat(0)))
  }
}
@unmanaged
@final
export class LreluGradient {
  @inline apply(y: v128, dy: v128, p: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, p), f32x4.gt(y, f32x4.splat(0)))
  }
}

@unmanaged
@final
export class SigmoidGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)))
  }
}

@unmanaged
@final
export class TanhGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)))
  }
}

/** relu6(x + 3)/6 */
// @ts-ignore: decorator
@inline
function hardSigmoid(x: v128): v128 {
  const shifted = f32x4.add(x, f32x4.splat(3))
  return f32x4.div(f32x4.pmin(f32x4.pmax(shifted, f32x4.splat(0)), f32x4.splat(6)), f32x4.splat(6))
}

@unmanaged
@final
export class HardSigmoid {
  @inline apply(x: v128, _p: v128): v128 {
    return hardSigmoid(x)
  }
}
@unmanaged
@final
export class HardSigmoidGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    const slopes = v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, f32x4.splat(1)))
    return v128.and(f32x4.div(dy, f32x4.splat(6)), slopes)
  }
}

@unmanaged
@final
export class HardSwish {
  // Limited, because −∞·0 is NaN.
  @inline apply(x: v128, _p: v128): v128 {
    return f32x4.mul(f32x4.pmax(x, f32x4.splat(-1e30)), hardSigmoid(x))
  }
}
@unmanaged
@final
export class HardSwishGradient {
  @inline apply(x: v128, dy: v128, _p: v128): v128 {
    const three = f32x4.splat(3)
    const slope = f32x4.div(f32x4.add(f32x4.add(x, x), three), f32x4.splat(6))
    const inside = v128.andnot(f32x4.mul(dy, slope), f32x4.le(x, f32x4.neg(three)))
    return v128.bitselect(dy, inside, f32x4.ge(x, three))
  }
}

@unmanaged
@final
export class Softsign {
  // Limited, because ∞/∞ is NaN; 1e30/(1 + 1e30) is 1.
  @inline apply(x: v128, _p: v128): v128 {
    const most = f32x4.splat(1e30)
    const v = f32x4.pmin(f32x4.pmax(x, f32x4.neg(most)), most)
    return f32x4.div(v, f32x4.add(f32x4.splat(1), f32x4.abs(v)))
  }
}
@unmanaged
@final
export class SoftsignGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    const rest = f32x4.sub(f32x4.splat(1), f32x4.abs(y))
    return f32x4.mul(dy, f32x4.mul(rest, rest))
  }
}

/** a where y is positive, (y + b)·c elsewhere: ELU, SELU and CELU, whose `p` holds a, b, c and 0. */
@unmanaged
@final
export class EluGradient {
  @inline apply(y: v128, dy: v128, p: v128): v128 {
    const a = v128.shuffle<f32>(p, p, 0, 0, 0, 0)
    const b = v128.shuffle<f32>(p, p, 1, 1, 1, 1)
    const c = v128.shuffle<f32>(p, p, 2, 2, 2, 2)
    return f32x4.mul(dy, v128.bitselect(a, f32x4.mul(f32x4.add(y, b), c), f32x4.gt(y, f32x4.splat(0))))
  }
}

@unmanaged
@final
export class ExpGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    return f32x4.mul(dy, y)
  }
}

/** ln x by x = 2ᵏ·m with m from √½ to √2: k·ln 2 + 2·artanh((m − 1)/(m + 1)). */
@unmanaged
@final
export class Log {
  @inline apply(x: v128, _p: v128): v128 {
    const zero = f32x4.splat(0)
    // Numbers below 2⁻¹²⁶ have no leading 1 in their bits: times 2²³ they do.
    const isSmall = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38))
    const bits = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, isSmall)
    const steps = i32x4.shr_s(i32x4.sub(bits, i32x4.splat(0x3f3504f3)), 23)
    const m = i32x4.sub(bits, i32x4.shl(steps, 23))
    const k = f32x4.convert_i32x4_s(i32x4.sub(steps, v128.and(isSmall, i32x4.splat(23))))
    const one = f32x4.splat(1)
    const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one))
    const z = f32x4.mul(s, s)
    // artanh's series: z ≤ 0.0295, so the first term that is left out is below 5·10⁻⁹ of the sum.
    let p = multiplyAdd(f32x4.splat(0.2222222222), z, f32x4.splat(0.2857142857))
    p = multiplyAdd(p, z, f32x4.splat(0.4))
    p = multiplyAdd(p, z, f32x4.splat(0.6666666667))
    // ln 2 in two parts: k times the first one is exact.
    const low = multiplyAdd(k, f32x4.splat(-2.12194440e-4), f32x4.mul(s, f32x4.mul(p, z)))
    const rest = f32x4.add(low, f32x4.add(s, s))
    let y = f32x4.add(f32x4.mul(k, f32x4.splat(0.693359375)), rest)
    y = v128.bitselect(y, x, f32x4.lt(x, f32x4.splat(<f32>Infinity)))
    y = v128.bitselect(f32x4.splat(<f32>NaN), y, f32x4.lt(x, zero))
    return v128.bitselect(f32x4.splat(-(<f32>Infinity)), y, f32x4.eq(x, zero))
  }
}
@unmanaged
@final
export class LogGradient {
  @inline apply(x: v128, dy: v128, _p: v128): v128 {
    return f32x4.div(dy, x)
  }
}

@unmanaged
@final
export class Sqrt {
  @inline apply(x: v128, _p: v128): v128 {
    return f32x4.sqrt(x)
  }
}
@unmanaged
@final
export class SqrtGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    return f32x4.div(dy, f32x4.add(y, y))
  }
}

@unmanaged
@final
export class Reciprocal {
  @inline apply(x: v128, _p: v128): v128 {
    return f32x4.div(f32x4.splat(1), x)
  }
}
@unmanaged
@final
export class ReciprocalGradient {
  @inline apply(y: v128, dy: v128, _p: v128): v128 {
    return f32x4.neg(f32x4.mul(dy, f32x4.mul(y, y)))
  }
}
