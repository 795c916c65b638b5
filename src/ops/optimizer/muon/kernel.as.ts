/**
 * What Muon does besides matrix products: see op.ts. All of it runs at the speed of memory, and small against the
 * products and the convolutions of a step.
 */

import { nextTile } from '../../kernel/tiles.as.ts'
import { decayed, read, write } from '../lanes.as.ts'
import { GRADIENT_SCALE, isSkipped, LEARNING_RATE } from '../slots.as.ts'

// @ts-ignore: decorator
@inline
function momentumAt<T>(at: usize, gradient: usize, velocity: usize, direction: usize, scale: v128, kept: v128): void {
  const g = f32x4.mul(read<T>(gradient + at), scale)
  const v = f32x4.add(f32x4.mul(read<T>(velocity + at), kept), g)
  write<T>(velocity + at, v)
  write<T>(direction + at, f32x4.add(f32x4.mul(v, kept), g))
}

/** velocity = m·velocity + g; direction = g + m·velocity. A skipped update leaves the velocity and makes the direction 0. */
export function muonMomentum(
  gradient: usize,
  scalars: usize,
  velocity: usize,
  direction: usize,
  count: i32,
  momentum: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const skipped = isSkipped(scalars)
  const scale = v128.load32_splat(scalars + GRADIENT_SCALE)
  const kept = f32x4.splat(momentum)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    if (skipped) {
      memory.fill(direction + at, 0, end - at)
      continue
    }
    for (; at + 16 <= end; at += 16) momentumAt<v128>(at, gradient, velocity, direction, scale, kept)
    for (; at < end; at += 4) momentumAt<f32>(at, gradient, velocity, direction, scale, kept)
  }
}

/** Of a few norms together, in order and in f64: every worker gets the same. */
function normOf(norms: usize, count: i32): f64 {
  let sum: f64 = 0
  for (let i = 0; i < count; i++) {
    const norm = <f64>load<f32>(norms + (<usize>i << 2))
    sum += norm * norm
  }
  return sqrt<f64>(sum)
}

// @ts-ignore: decorator
@inline
function timesAt<T>(at: usize, source: usize, target: usize, factor: v128): void {
  write<T>(target + at, f32x4.mul(read<T>(source + at), factor))
}

/** target = source / (norm + epsilon) */
export function muonNormalize(
  source: usize,
  norms: usize,
  normCount: i32,
  target: usize,
  count: i32,
  epsilon: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const factor = f32x4.splat(<f32>(1 / (normOf(norms, normCount) + epsilon)))
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) timesAt<v128>(at, source, target, factor)
    for (; at < end; at += 4) timesAt<f32>(at, source, target, factor)
  }
}

// @ts-ignore: decorator
@inline
function polynomialAt<T>(at: usize, gram: usize, square: usize, target: usize, b: v128, c: v128): void {
  write<T>(target + at, f32x4.add(f32x4.mul(read<T>(gram + at), b), f32x4.mul(read<T>(square + at), c)))
}

/** target = a·I + b·gram + c·square, all [side, side]; `rowsEach` rows a tile. */
export function muonPolynomial(
  gram: usize,
  square: usize,
  target: usize,
  side: i32,
  a: f32,
  b: f32,
  c: f32,
  rowsEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>side << 2
  const bs = f32x4.splat(b)
  const cs = f32x4.splat(c)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const last = min((tile + 1) * rowsEach, side)
    for (let row = tile * rowsEach; row < last; row++) {
      const from = <usize>row * pitch
      const end = from + pitch
      let at = from
      for (; at + 16 <= end; at += 16) polynomialAt<v128>(at, gram, square, target, bs, cs)
      for (; at < end; at += 4) polynomialAt<f32>(at, gram, square, target, bs, cs)
      const diagonal = target + from + (<usize>row << 2)
      store<f32>(diagonal, load<f32>(diagonal) + a)
    }
  }
}

// @ts-ignore: decorator
@inline
function applyAt<T>(at: usize, direction: usize, parameter: usize, rate: v128, kept: v128, size: v128, decay: v128): void {
  const p = f32x4.mul(read<T>(parameter + at), kept)
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, decayed(read<T>(direction + at), p, size, decay))))
}

/**
 * p = κ·p; p −= η·(size·direction + λ·p). κ is `targetNorm` / the norm of p, or 1 if one of them is 0.
 */
export function muonApply(
  direction: usize,
  scalars: usize,
  norms: usize,
  normCount: i32,
  parameter: usize,
  count: i32,
  targetNorm: f64,
  size: f32,
  weightDecay: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (isSkipped(scalars)) return
  const norm = normOf(norms, normCount)
  const kept = f32x4.splat(targetNorm > 0 && norm > 0 ? <f32>(targetNorm / norm) : 1)
  const rate = v128.load32_splat(scalars + LEARNING_RATE)
  const sizes = f32x4.splat(size)
  const decay = f32x4.splat(weightDecay)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) applyAt<v128>(at, direction, parameter, rate, kept, sizes, decay)
    for (; at < end; at += 4) applyAt<f32>(at, direction, parameter, rate, kept, sizes, decay)
  }
}
