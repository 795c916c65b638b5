/**
 * The activation functions of table.ts for four values at once: `apply(x, p)`, and `apply(kept, dy, p)` for the gradient.
 * Those made of exponentials are in kernel/math.as.ts.
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
