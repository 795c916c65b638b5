/**
 * How many neighbouring channels a loop treats at once: four, or a single one for what is left of them. A loop is written
 * once, for a lane class L, and compiled for both; a channel's bits do not depend on which of them it met.
 */

@unmanaged
@final
export class Four {
  @inline load(at: usize): v128 {
    return v128.load(at)
  }
  @inline store(at: usize, value: v128): void {
    v128.store(at, value)
  }
  /** Channels, and with them the floats from one step to the next. */
  @inline width(): i32 {
    return 4
  }
  /** The values of lanes 0 and 1, 2 and 3, as float64. */
  @inline loadLow(at: usize): v128 {
    return v128.load(at)
  }
  @inline loadHigh(at: usize): v128 {
    return v128.load(at, 16)
  }
  @inline storeLow(at: usize, value: v128): void {
    v128.store(at, value)
  }
  @inline storeHigh(at: usize, value: v128): void {
    v128.store(at, value, 16)
  }
}

@unmanaged
@final
export class One {
  @inline load(at: usize): v128 {
    return v128.load32_zero(at)
  }
  @inline store(at: usize, value: v128): void {
    v128.store_lane<f32>(at, value, 0)
  }
  @inline width(): i32 {
    return 1
  }
  @inline loadLow(at: usize): v128 {
    return v128.load64_zero(at)
  }
  @inline loadHigh(at: usize): v128 {
    return f64x2.splat(0)
  }
  @inline storeLow(at: usize, value: v128): void {
    v128.store_lane<f64>(at, value, 0)
  }
  @inline storeHigh(at: usize, value: v128): void {}
}

/** Lanes 0 and 1 as float64. */
// @ts-ignore: decorator
@inline
export function lowHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v)
}

/** Lanes 2 and 3 as float64. */
// @ts-ignore: decorator
@inline
export function highHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1))
}

/** Both halves as float32. */
// @ts-ignore: decorator
@inline
export function halves(low: v128, high: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2)
}
