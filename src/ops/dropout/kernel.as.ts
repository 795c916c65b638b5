/** Dropout of values and of images: hash, compare, scale. 13 integer operations a vector keep it at memory speed without a stored mask. */

import { nextTile } from '../kernel/tiles.as.ts'

// The two keys and the bits of mask.ts; any change must be made in both.

// @ts-ignore: decorator
@inline
function mix(value: u32): u32 {
  let x = value
  x = (x ^ (x >>> 17)) * 0xed5ad4bb
  x = (x ^ (x >>> 11)) * 0xac4c1b51
  x = (x ^ (x >>> 15)) * 0x31848bab
  return x ^ (x >>> 14)
}

/** `element` has key 0 added already; `a`, `b`, `c` are mix's multipliers. */
// @ts-ignore: decorator
@inline
function maskBits(element: v128, key0: v128, key1: v128, a: v128, b: v128, c: v128): v128 {
  let x = i32x4.mul(v128.xor(element, i32x4.shr_u(element, 17)), a)
  x = i32x4.add(x, key1)
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 11)), b)
  x = i32x4.add(x, key0)
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), c)
  return v128.xor(x, i32x4.shr_u(x, 14))
}

/** y = x·factor where the bits of an element are at most `limit`, else 0; zeros throughout if factor is 0. */
export function dropout(
  x: usize,
  seed: usize,
  y: usize,
  count: i32,
  stream: i32,
  limit: i32,
  factor: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const begin = load<u32>(seed)
  const step = load<u32>(seed, 4)
  const key0 = i32x4.splat(mix(mix(mix(begin + 0x243f6a88) ^ step) ^ <u32>stream))
  const key1 = i32x4.splat(mix(mix(mix(begin + 0x85a308d3) ^ step) ^ <u32>stream))
  const limits = i32x4.splat(limit)
  const factors = f32x4.splat(factor)
  // V8 rebuilds a constant at each use inside a loop; as locals these cost nothing (measured: 8.7 → 5.4 cycles per vector).
  const a = i32x4.splat(0xed5ad4bb)
  const b = i32x4.splat(0xac4c1b51)
  const c = i32x4.splat(0x31848bab)
  const eight = i32x4.splat(8)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, count)
    if (factor == 0) {
      memory.fill(y + (<usize>first << 2), 0, <usize>(end - first) << 2)
      continue
    }
    // Two adjacent vectors: V8 turns them into 256-bit operations where it can.
    const start = i32x4.add(i32x4.splat(first), key0)
    let element0 = i32x4.add(start, i32x4(0, 1, 2, 3))
    let element1 = i32x4.add(start, i32x4(4, 5, 6, 7))
    let from = x + (<usize>first << 2)
    let to = y + (<usize>first << 2)
    let i = first
    for (; i + 8 <= end; i += 8) {
      const dropped0 = i32x4.gt_s(maskBits(element0, key0, key1, a, b, c), limits)
      const dropped1 = i32x4.gt_s(maskBits(element1, key0, key1, a, b, c), limits)
      const y0 = v128.andnot(f32x4.mul(v128.load(from), factors), dropped0)
      const y1 = v128.andnot(f32x4.mul(v128.load(from, 16), factors), dropped1)
      v128.store(to, y0)
      v128.store(to, y1, 16)
      element0 = i32x4.add(element0, eight)
      element1 = i32x4.add(element1, eight)
      from += 32
      to += 32
    }
    for (; i < end; i++) {
      const dropped = i32x4.extract_lane(i32x4.gt_s(maskBits(element0, key0, key1, a, b, c), limits), 0)
      store<f32>(to, dropped ? 0 : load<f32>(from) * factor)
      element0 = i32x4.add(element0, i32x4.splat(1))
      from += 4
      to += 4
    }
  }
}

/**
 * The same for whole images of `each` values: y = x·factor where the bits of the image's number are at most `limit`, else 0.
 * A tile is a range of `chunk` values, which may reach over several images.
 */
export function dropoutPath(
  x: usize,
  seed: usize,
  y: usize,
  count: i32,
  each: i32,
  stream: i32,
  limit: i32,
  factor: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const begin = load<u32>(seed)
  const step = load<u32>(seed, 4)
  const key0 = mix(mix(mix(begin + 0x243f6a88) ^ step) ^ <u32>stream)
  const key1 = mix(mix(mix(begin + 0x85a308d3) ^ step) ^ <u32>stream)
  const factors = f32x4.splat(factor)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, count)
    for (let first = tile * chunk; first < end; ) {
      const image = first / each
      const stop = min(end, (image + 1) * each)
      const at = <usize>first << 2
      const isKept = factor != 0 && <i32>bitsOf(<u32>image, key0, key1) <= limit
      if (isKept) times(x + at, y + at, stop - first, factors)
      else memory.fill(y + at, 0, <usize>(stop - first) << 2)
      first = stop
    }
  }
}

/** maskBits of a single element. */
// @ts-ignore: decorator
@inline
function bitsOf(element: u32, key0: u32, key1: u32): u32 {
  let x = element + key0
  x = (x ^ (x >>> 17)) * 0xed5ad4bb + key1
  x = (x ^ (x >>> 11)) * 0xac4c1b51 + key0
  x = (x ^ (x >>> 15)) * 0x31848bab
  return x ^ (x >>> 14)
}

function times(x: usize, y: usize, count: i32, factors: v128): void {
  const end = <usize>count << 2
  let i: usize = 0
  for (; i + 16 <= end; i += 16) v128.store(y + i, f32x4.mul(v128.load(x + i), factors))
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, f32x4.mul(v128.load32_zero(x + i), factors), 0)
}
