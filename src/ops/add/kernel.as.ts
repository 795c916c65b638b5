/** Sums of two arrays. */

import { zip } from '../kernel/map.as.ts'

@unmanaged
@final
class Sum {
  // The floor is 0 for a ReLU and −∞ for none: no branch. pmax in this order hands a NaN on.
  @inline apply(a: v128, b: v128, floor: v128): v128 {
    return f32x4.pmax(f32x4.add(a, b), floor)
  }
}

/** y = max(a + b, floor) */
export function addForward(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  floor: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<Sum>(a, b, y, count, floor, chunk, tiles, counter)
}
