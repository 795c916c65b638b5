/** Where a window lies on the picture, along one axis. A tap is a position within the window: 0 … kernel − 1. */

/** ⌈a / b⌉ for positive b, at least 0. */
// @ts-ignore: decorator
@inline
export function ceilDivide(a: i32, b: i32): i32 {
  return a > 0 ? (a + b - 1) / b : 0
}

/** The first tap of a window starting at `start` that is not in front of `from`. */
// @ts-ignore: decorator
@inline
export function firstTap(start: i32, dilation: i32, from: i32): i32 {
  return start >= from ? 0 : dilation == 1 ? from - start : ceilDivide(from - start, dilation)
}

/** One more than the last tap in front of `to`. */
// @ts-ignore: decorator
@inline
export function endTap(start: i32, dilation: i32, kernel: i32, to: i32): i32 {
  return min(kernel, dilation == 1 ? to - start : ceilDivide(to - start, dilation))
}

/** The first output whose window does not begin in the padding. */
// @ts-ignore: decorator
@inline
export function firstInside(padding: i32, stride: i32): i32 {
  return ceilDivide(padding, stride)
}

/** One more than the last output whose window ends within `size`. */
// @ts-ignore: decorator
@inline
export function endInside(size: i32, output: i32, kernel: i32, stride: i32, padding: i32, dilation: i32): i32 {
  const room = size - 1 - (kernel - 1) * dilation + padding
  return room < 0 ? 0 : min(output, room / stride + 1)
}
