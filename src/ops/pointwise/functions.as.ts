/**
 * The activation functions of table.ts for four values at once: `apply(x, p)`, and `apply(kept, dy, p)` for the gradient.
 * Those made of exponentials are in exponentials.as.ts, and in kernel/math.as.ts and gelu.as.ts.
 */

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
