/**
 * Loops over ranges of values: y = f(x) and y = f(a, b). F is a class without fields whose one method `apply` works on
 * four values; AssemblyScript compiles the loop once for each F, with the method inlined. The last one to three values
 * go through the same four-wide code, one lane each, so that a value's bits do not depend on where it stands.
 */

import { nextTile } from './tiles.as.ts'

/** y[i] = F.apply(x[i], parameter) for ranges of `chunk` values. */
export function map<F>(x: usize, y: usize, count: i32, parameter: f32, chunk: i32, tiles: i32, counter: usize): void {
  const p = f32x4.splat(parameter)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    const length = min(chunk, count - from)
    let a = x + (<usize>from << 2)
    let to = y + (<usize>from << 2)
    for (let i = length >> 3; i > 0; i--) {
      const v0 = v128.load(a)
      const v1 = v128.load(a, 16)
      const r0 = changetype<F>(0).apply(v0, p)
      const r1 = changetype<F>(0).apply(v1, p)
      v128.store(to, r0)
      v128.store(to, r1, 16)
      a += 32
      to += 32
    }
    for (let i = length & 7; i > 0; i--) {
      v128.store_lane<f32>(to, changetype<F>(0).apply(v128.load32_zero(a), p), 0)
      a += 4
      to += 4
    }
  }
}

/** y[i] = F.apply(a[i], b[i], parameter) for ranges of `chunk` values. */
export function zip<F>(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  parameter: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
): void {
  zipWith<F>(a, b, y, count, f32x4.splat(parameter), chunk, tiles, counter)
}

/** The same with up to four parameters. */
export function zipWith<F>(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  p: v128,
  chunk: i32,
  tiles: i32,
  counter: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const from = tile * chunk
    const length = min(chunk, count - from)
    let left = a + (<usize>from << 2)
    let right = b + (<usize>from << 2)
    let to = y + (<usize>from << 2)
    for (let i = length >> 3; i > 0; i--) {
      const a0 = v128.load(left)
      const a1 = v128.load(left, 16)
      const b0 = v128.load(right)
      const b1 = v128.load(right, 16)
      const r0 = changetype<F>(0).apply(a0, b0, p)
      const r1 = changetype<F>(0).apply(a1, b1, p)
      v128.store(to, r0)
      v128.store(to, r1, 16)
      left += 32
      right += 32
      to += 32
    }
    for (let i = length & 7; i > 0; i--) {
      v128.store_lane<f32>(to, changetype<F>(0).apply(v128.load32_zero(left), v128.load32_zero(right), p), 0)
      left += 4
      right += 4
      to += 4
    }
  }
}
