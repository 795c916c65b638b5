/**
 * Loops over rows of channels with a factor for each channel: y = F(x, dy, s), and the sums over an image's positions that
 * are the factors' gradients. `rowsEach` rows share a row of factors: an image's, or all of them. F is a class without
 * fields; its `apply` works on four channels, or on one of those that are left.
 */

import { Four, One } from './lanes.as.ts'
import { nextTile } from './tiles.as.ts'

/** y[r, c] = F.apply(x[r, c], dy[r, c], s[⌊r / rowsEach⌋, c]). A tile is `chunk` rows. y may be x or dy. */
export function perChannel<F>(
  x: usize,
  dy: usize,
  s: usize,
  y: usize,
  rows: i32,
  channels: i32,
  rowsEach: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
): void {
  const pitch = <usize>channels << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, rows)
    for (let row = tile * chunk; row < end; ) {
      const group = row / rowsEach
      const stop = min(end, (group + 1) * rowsEach)
      const factors = s + <usize>group * pitch
      if (channels == 1) {
        const at = <usize>row << 2
        line<F>(x + at, dy + at, v128.load32_splat(factors), y + at, stop - row)
        row = stop
      } else {
        for (; row < stop; row++) {
          const at = <usize>row * pitch
          const rest = <usize>(channels & ~3) << 2
          lanes<Four, F>(x + at, dy + at, factors, y + at, channels & ~3)
          lanes<One, F>(x + at + rest, dy + at + rest, factors + rest, y + at + rest, channels & 3)
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function lanes<L, F>(x: usize, dy: usize, s: usize, y: usize, count: i32): void {
  const end = <usize>count << 2
  const step = <usize>changetype<L>(0).width() << 2
  for (let i: usize = 0; i < end; i += step) {
    const v = changetype<F>(0).apply(changetype<L>(0).load(x + i), changetype<L>(0).load(dy + i), changetype<L>(0).load(s + i))
    changetype<L>(0).store(y + i, v)
  }
}

/** Values that share one factor. */
function line<F>(x: usize, dy: usize, factor: v128, y: usize, count: i32): void {
  const end = <usize>count << 2
  let i: usize = 0
  for (; i + 16 <= end; i += 16) {
    v128.store(y + i, changetype<F>(0).apply(v128.load(x + i), v128.load(dy + i), factor))
  }
  for (; i < end; i += 4) {
    const v = changetype<F>(0).apply(v128.load32_zero(x + i), v128.load32_zero(dy + i), factor)
    v128.store_lane<f32>(y + i, v, 0)
  }
}

/** Channels of a tile of sums: a cache line. */
const BLOCK: i32 = 16

/** sums[image, c] = Σ over the image's positions of F.apply(a, b). A tile is 16 channels of an image. */
export function perChannelSums<F>(
  a: usize,
  b: usize,
  sums: usize,
  positions: i32,
  channels: i32,
  tiles: i32,
  counter: usize,
): void {
  const blocks = (channels + BLOCK - 1) / BLOCK
  const pitch = <usize>channels << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const image = tile / blocks
    const first = (tile % blocks) * BLOCK
    const from = <usize>image * <usize>positions * pitch + (<usize>first << 2)
    const to = sums + <usize>image * pitch + (<usize>first << 2)
    const count = min(BLOCK, channels - first)
    if (channels == 1) {
      store<f32>(to, lineSum<F>(a + from, b + from, positions))
    } else if (count == BLOCK) {
      sixteenSums<F>(a + from, b + from, to, positions, pitch)
    } else {
      for (let c = 0; c < count; ) {
        const at = <usize>c << 2
        if (c + 4 <= count) {
          sumOf<Four, F>(a + from + at, b + from + at, to + at, positions, pitch)
          c += 4
        } else {
          sumOf<One, F>(a + from + at, b + from + at, to + at, positions, pitch)
          c++
        }
      }
    }
  }
}

function sixteenSums<F>(a: usize, b: usize, to: usize, positions: i32, pitch: usize): void {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let left = positions; left > 0; left--) {
    s0 = f32x4.add(s0, changetype<F>(0).apply(v128.load(a), v128.load(b)))
    s1 = f32x4.add(s1, changetype<F>(0).apply(v128.load(a, 16), v128.load(b, 16)))
    s2 = f32x4.add(s2, changetype<F>(0).apply(v128.load(a, 32), v128.load(b, 32)))
    s3 = f32x4.add(s3, changetype<F>(0).apply(v128.load(a, 48), v128.load(b, 48)))
    a += pitch
    b += pitch
  }
  v128.store(to, s0)
  v128.store(to, s1, 16)
  v128.store(to, s2, 32)
  v128.store(to, s3, 48)
}

function sumOf<L, F>(a: usize, b: usize, to: usize, positions: i32, pitch: usize): void {
  let sum = f32x4.splat(0)
  for (let left = positions; left > 0; left--) {
    sum = f32x4.add(sum, changetype<F>(0).apply(changetype<L>(0).load(a), changetype<L>(0).load(b)))
    a += pitch
    b += pitch
  }
  changetype<L>(0).store(to, sum)
}

/** One channel: neighbours in memory are neighbouring positions. */
function lineSum<F>(a: usize, b: usize, count: i32): f32 {
  const end = <usize>count << 2
  let even = f32x4.splat(0)
  let odd = even
  let i: usize = 0
  for (; i + 32 <= end; i += 32) {
    even = f32x4.add(even, changetype<F>(0).apply(v128.load(a + i), v128.load(b + i)))
    odd = f32x4.add(odd, changetype<F>(0).apply(v128.load(a + i, 16), v128.load(b + i, 16)))
  }
  for (; i < end; i += 4) {
    even = f32x4.add(even, changetype<F>(0).apply(v128.load32_zero(a + i), v128.load32_zero(b + i)))
  }
  const sum = f32x4.add(even, odd)
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  )
}
