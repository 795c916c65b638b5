/**
 * The multiply–add of a module variant. `VARIANT` is a compile-time constant of the build (0 plain SIMD, 1 relaxed SIMD,
 * whose multiply–add is one fused instruction wherever the machine has it), so one source gives every module.
 */

/** a·b + c for four values. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return VARIANT == 1 ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
}
