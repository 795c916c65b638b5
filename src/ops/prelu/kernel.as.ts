/** The parametric ReLU: x where positive, slope·x elsewhere, with a slope for each channel. */

import { perChannel, perChannelSums } from '../kernel/perChannel.as.ts'

@unmanaged
@final
class Prelu {
  @inline apply(x: v128, dy: v128, slope: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, slope), f32x4.gt(x, f32x4.splat(0)))
  }
}

@unmanaged
@final
class BelowZero {
  /** x·dy where x is not positive: what its slope is multiplied by. */
  @inline apply(x: v128, dy: v128): v128 {
    return v128.andnot(f32x4.mul(x, dy), f32x4.gt(x, f32x4.splat(0)))
  }
}

/** y = x > 0 ? x : slope·x */
export function preluForward(
  x: usize,
  slope: usize,
  y: usize,
  rows: i32,
  channels: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  perChannel<Prelu>(x, x, slope, y, rows, channels, rows, chunk, tiles, counter)
}

/** dx = x > 0 ? dy : slope·dy */
export function preluGradient(
  x: usize,
  slope: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  channels: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  perChannel<Prelu>(x, dy, slope, dx, rows, channels, rows, chunk, tiles, counter)
}

/** For each image: Σ over its positions of x·dy where x ≤ 0. */
export function preluSlopeGradient(
  x: usize,
  dy: usize,
  sums: usize,
  positions: i32,
  channels: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  perChannelSums<BelowZero>(x, dy, sums, positions, channels, tiles, counter)
}
