/** Sums over one row of values, by four lanes, the last one to three by one. */

import { Four, One } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'

/** The sum of the lanes. */
// @ts-ignore: decorator
@inline
export function total(v: v128): f64 {
  return (
    <f64>f32x4.extract_lane(v, 0) +
    <f64>f32x4.extract_lane(v, 1) +
    (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3))
  )
}

/** The mean of a row and, behind it, 1/√(variance + ε); `to` has room for 32 bytes. */
export function statistics(x: usize, channels: i32, epsilon: f64, to: usize): void {
  const fours = channels & ~3
  const n = <f64>channels
  let sum = total(sumOf<Four>(x, 0, fours))
  // An empty rest would cost as much as 16 channels.
  if (fours < channels) sum += total(sumOf<One>(x, fours, channels))
  const pivot = <f32>(sum / n)
  addDistances<Four>(x, 0, fours, pivot, to)
  let distance = total(v128.load(to))
  let squares = total(v128.load(to, 16))
  if (fours < channels) {
    addDistances<One>(x, fours, channels, pivot, to)
    distance += total(v128.load(to))
    squares += total(v128.load(to, 16))
  }
  distance /= n
  const variance = max<f64>(squares / n - distance * distance, 0)
  store<f32>(to, <f32>(<f64>pivot + distance))
  store<f32>(to, <f32>(1.0 / sqrt(variance + epsilon)), 4)
}

function sumOf<L>(x: usize, begin: i32, end: i32): v128 {
  const width = changetype<L>(0).width()
  const bytes = <usize>width << 2
  let at = x + (<usize>begin << 2)
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let i = (end - begin) / width
  for (; i > 1; i -= 2) {
    s0 = f32x4.add(s0, changetype<L>(0).load(at))
    s1 = f32x4.add(s1, changetype<L>(0).load(at + bytes))
    at += bytes << 1
  }
  if (i > 0) s0 = f32x4.add(s0, changetype<L>(0).load(at))
  return f32x4.add(s0, s1)
}

/** to = Σd and behind it Σd², d being the distances from the pivot; lanes without a value count as 0. */
function addDistances<L>(x: usize, begin: i32, end: i32, pivot: f32, to: usize): void {
  const width = changetype<L>(0).width()
  const bytes = <usize>width << 2
  const p = width == 4 ? f32x4.splat(pivot) : f32x4.replace_lane(f32x4.splat(0), 0, pivot)
  let at = x + (<usize>begin << 2)
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let q0 = f32x4.splat(0)
  let q1 = f32x4.splat(0)
  let i = (end - begin) / width
  for (; i > 1; i -= 2) {
    const d0 = f32x4.sub(changetype<L>(0).load(at), p)
    const d1 = f32x4.sub(changetype<L>(0).load(at + bytes), p)
    s0 = f32x4.add(s0, d0)
    s1 = f32x4.add(s1, d1)
    q0 = multiplyAdd(d0, d0, q0)
    q1 = multiplyAdd(d1, d1, q1)
    at += bytes << 1
  }
  if (i > 0) {
    const d = f32x4.sub(changetype<L>(0).load(at), p)
    s0 = f32x4.add(s0, d)
    q0 = multiplyAdd(d, d, q0)
  }
  v128.store(to, f32x4.add(s0, s1))
  v128.store(to, f32x4.add(q0, q1), 16)
}
