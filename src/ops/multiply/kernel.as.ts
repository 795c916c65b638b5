/** Products: of two arrays, with a factor for each channel, and with one number. */

import { map, zip } from '../kernel/map.as.ts'
import { perChannel, perChannelSums } from '../kernel/perChannel.as.ts'

@unmanaged
@final
class Product {
  @inline apply(a: v128, b: v128, _p: v128): v128 {
    return f32x4.mul(a, b)
  }
}

@unmanaged
@final
class Times {
  @inline apply(a: v128, b: v128): v128 {
    return f32x4.mul(a, b)
  }
}

@unmanaged
@final
class ByChannel {
  @inline apply(x: v128, _dy: v128, s: v128): v128 {
    return f32x4.mul(x, s)
  }
}

/** y = a·b */
export function multiplyForward(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<Product>(a, b, y, count, 0, chunk, tiles, counter)
}

/** y = x·s, s a row of factors for every `rowsEach` rows. */
export function multiplyChannels(
  x: usize,
  s: usize,
  y: usize,
  rows: i32,
  channels: i32,
  rowsEach: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  perChannel<ByChannel>(x, x, s, y, rows, channels, rowsEach, chunk, tiles, counter)
}

/** ds = Σ over an image's positions of x·dy. */
export function multiplyChannelsGradient(
  x: usize,
  dy: usize,
  ds: usize,
  positions: i32,
  channels: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  perChannelSums<Times>(x, dy, ds, positions, channels, tiles, counter)
}

/** y = x·factor */
export function multiplyNumber(
  x: usize,
  y: usize,
  count: i32,
  factor: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  map<Times>(x, y, count, factor, chunk, tiles, counter)
}
