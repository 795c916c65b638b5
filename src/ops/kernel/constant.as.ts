/**
 * Constants that stay before a loop. V8 rebuilds a constant at each of its uses, and asc's optimizer moves it there from
 * outside of the loop where a function has arguments that it does not use (sigmoid: 4.4 → 10 ns for four values).
 */

/** `value` in all lanes, by an `or` with 0, which the optimizer cannot know to be 0. */
// @ts-ignore: decorator
@inline
export function constant(value: f32, zero: v128): v128 {
  return v128.or(f32x4.splat(value), zero)
}

/** 0: `address` is a multiple of 4. Not to be an argument, which V8 cannot join with others (steps.as.ts). */
// @ts-ignore: decorator
@inline
export function zeroOf(address: usize): v128 {
  return i32x4.splat(<i32>address & 3)
}
