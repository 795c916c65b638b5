/**
 * The update rules of op.ts. All run at the speed of memory, so each reads and writes every array once. No fused
 * multiply–add: it would save no time, and so the relaxed and the plain modules agree to the bit.
 *
 * Each rule stands once, as a straight-line function of the values at byte `at` of every array: `T` is v128 for four of
 * them, f32 for a single one (in all lanes), so that a value's bits do not depend on its place.
 *
 * Where an update is to be skipped (`isSkipped`), every rule returns before it touches an array.
 */

import { nextTile } from '../kernel/tiles.as.ts'
import { decayed, mixed, read, write } from './lanes.as.ts'
import { BIAS_CORRECTION_1, BIAS_CORRECTION_2, GRADIENT_SCALE, isSkipped, LEARNING_RATE } from './slots.as.ts'

// @ts-ignore: decorator
@inline
function sgdAt<T>(at: usize, gradient: usize, parameter: usize, rate: v128, scale: v128, decay: v128): void {
  const p = read<T>(parameter + at)
  const g = decayed(read<T>(gradient + at), p, scale, decay)
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, g)))
}

export function sgd(
  gradient: usize,
  scalars: usize,
  parameter: usize,
  count: i32,
  weightDecay: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (isSkipped(scalars)) return
  const rate = v128.load32_splat(scalars + LEARNING_RATE)
  const scale = v128.load32_splat(scalars + GRADIENT_SCALE)
  const decay = f32x4.splat(weightDecay)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) sgdAt<v128>(at, gradient, parameter, rate, scale, decay)
    for (; at < end; at += 4) sgdAt<f32>(at, gradient, parameter, rate, scale, decay)
  }
}

// @ts-ignore: decorator
@inline
function sgdMomentumAt<T>(
  at: usize,
  gradient: usize,
  parameter: usize,
  velocity: usize,
  rate: v128,
  scale: v128,
  decay: v128,
  momentum: v128,
  nesterov: bool,
): void {
  const p = read<T>(parameter + at)
  const g = decayed(read<T>(gradient + at), p, scale, decay)
  const v = f32x4.add(f32x4.mul(read<T>(velocity + at), momentum), g)
  write<T>(velocity + at, v)
  const move = nesterov ? f32x4.add(f32x4.mul(v, momentum), g) : v
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, move)))
}

export function sgdMomentum(
  gradient: usize,
  scalars: usize,
  parameter: usize,
  velocity: usize,
  count: i32,
  weightDecay: f32,
  momentum: f32,
  nesterov: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (isSkipped(scalars)) return
  const rate = v128.load32_splat(scalars + LEARNING_RATE)
  const scale = v128.load32_splat(scalars + GRADIENT_SCALE)
  const decay = f32x4.splat(weightDecay)
  const kept = f32x4.splat(momentum)
  const ahead = nesterov != 0
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) sgdMomentumAt<v128>(at, gradient, parameter, velocity, rate, scale, decay, kept, ahead)
    for (; at < end; at += 4) sgdMomentumAt<f32>(at, gradient, parameter, velocity, rate, scale, decay, kept, ahead)
  }
}

// @ts-ignore: decorator
@inline
function adagradAt<T>(
  at: usize,
  gradient: usize,
  parameter: usize,
  squares: usize,
  rate: v128,
  scale: v128,
  decay: v128,
  epsilon: v128,
): void {
  const p = read<T>(parameter + at)
  const g = decayed(read<T>(gradient + at), p, scale, decay)
  const s = f32x4.add(read<T>(squares + at), f32x4.mul(g, g))
  write<T>(squares + at, s)
  const move = f32x4.div(g, f32x4.add(f32x4.sqrt(s), epsilon))
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, move)))
}

export function adagrad(
  gradient: usize,
  scalars: usize,
  parameter: usize,
  squares: usize,
  count: i32,
  weightDecay: f32,
  epsilon: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (isSkipped(scalars)) return
  const rate = v128.load32_splat(scalars + LEARNING_RATE)
  const scale = v128.load32_splat(scalars + GRADIENT_SCALE)
  const decay = f32x4.splat(weightDecay)
  const least = f32x4.splat(epsilon)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) adagradAt<v128>(at, gradient, parameter, squares, rate, scale, decay, least)
    for (; at < end; at += 4) adagradAt<f32>(at, gradient, parameter, squares, rate, scale, decay, least)
  }
}

/** The direction g/(√s + ε), after s has taken in g². */
// @ts-ignore: decorator
@inline
function rmspropMove<T>(at: usize, g: v128, squares: usize, kept: v128, taken: v128, epsilon: v128): v128 {
  const s = mixed(kept, read<T>(squares + at), taken, f32x4.mul(g, g))
  write<T>(squares + at, s)
  return f32x4.div(g, f32x4.add(f32x4.sqrt(s), epsilon))
}

// @ts-ignore: decorator
@inline
function rmspropAt<T>(
  at: usize,
  gradient: usize,
  parameter: usize,
  squares: usize,
  rate: v128,
  scale: v128,
  decay: v128,
  kept: v128,
  taken: v128,
  epsilon: v128,
): void {
  const p = read<T>(parameter + at)
  const g = decayed(read<T>(gradient + at), p, scale, decay)
  const move = rmspropMove<T>(at, g, squares, kept, taken, epsilon)
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, move)))
}

/** `taken` is 1 − smoothing. */
export function rmsprop(
  gradient: usize,
  scalars: usize,
  parameter: usize,
  squares: usize,
  count: i32,
  weightDecay: f32,
  smoothing: f32,
  taken: f32,
  epsilon: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (isSkipped(scalars)) return
  const rate = v128.load32_splat(scalars + LEARNING_RATE)
  const scale = v128.load32_splat(scalars + GRADIENT_SCALE)
  const decay = f32x4.splat(weightDecay)
  const a = f32x4.splat(smoothing)
  const b = f32x4.splat(taken)
  const least = f32x4.splat(epsilon)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) rmspropAt<v128>(at, gradient, parameter, squares, rate, scale, decay, a, b, least)
    for (; at < end; at += 4) rmspropAt<f32>(at, gradient, parameter, squares, rate, scale, decay, a, b, least)
  }
}

// @ts-ignore: decorator
@inline
function rmspropMomentumAt<T>(
  at: usize,
  gradient: usize,
  parameter: usize,
  squares: usize,
  velocity: usize,
  rate: v128,
  scale: v128,
  decay: v128,
  kept: v128,
  taken: v128,
  epsilon: v128,
  momentum: v128,
): void {
  const p = read<T>(parameter + at)
  const g = decayed(read<T>(gradient + at), p, scale, decay)
  const move = rmspropMove<T>(at, g, squares, kept, taken, epsilon)
  const v = f32x4.add(f32x4.mul(read<T>(velocity + at), momentum), move)
  write<T>(velocity + at, v)
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, v)))
}

export function rmspropMomentum(
  gradient: usize,
  scalars: usize,
  parameter: usize,
  squares: usize,
  velocity: usize,
  count: i32,
  weightDecay: f32,
  smoothing: f32,
  taken: f32,
  epsilon: f32,
  momentum: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (isSkipped(scalars)) return
  const rate = v128.load32_splat(scalars + LEARNING_RATE)
  const scale = v128.load32_splat(scalars + GRADIENT_SCALE)
  const decay = f32x4.splat(weightDecay)
  const a = f32x4.splat(smoothing)
  const b = f32x4.splat(taken)
  const least = f32x4.splat(epsilon)
  const m = f32x4.splat(momentum)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) {
      rmspropMomentumAt<v128>(at, gradient, parameter, squares, velocity, rate, scale, decay, a, b, least, m)
    }
    for (; at < end; at += 4) {
      rmspropMomentumAt<f32>(at, gradient, parameter, squares, velocity, rate, scale, decay, a, b, least, m)
    }
  }
}

// @ts-ignore: decorator
@inline
function adamAt<T>(
  at: usize,
  gradient: usize,
  parameter: usize,
  mean: usize,
  squares: usize,
  rate: v128,
  scale: v128,
  /** λ added to the gradient (L2) and applied separately (AdamW): one of them is 0. */
  coupled: v128,
  decoupled: v128,
  kept1: v128,
  taken1: v128,
  kept2: v128,
  taken2: v128,
  epsilon: v128,
  /** 1/(1 − β₁ᵗ) and 1/√(1 − β₂ᵗ) */
  correction1: v128,
  correction2: v128,
): void {
  const p = read<T>(parameter + at)
  const g = decayed(read<T>(gradient + at), p, scale, coupled)
  const m = mixed(kept1, read<T>(mean + at), taken1, g)
  write<T>(mean + at, m)
  const s = mixed(kept2, read<T>(squares + at), taken2, f32x4.mul(g, g))
  write<T>(squares + at, s)
  const root = f32x4.add(f32x4.mul(f32x4.sqrt(s), correction2), epsilon)
  const move = f32x4.add(f32x4.div(f32x4.mul(m, correction1), root), f32x4.mul(p, decoupled))
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, move)))
}

/** `taken1` and `taken2` are 1 − β. */
export function adam(
  gradient: usize,
  scalars: usize,
  parameter: usize,
  mean: usize,
  squares: usize,
  count: i32,
  weightDecay: f32,
  beta1: f32,
  taken1: f32,
  beta2: f32,
  taken2: f32,
  epsilon: f32,
  decoupled: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (isSkipped(scalars)) return
  const rate = v128.load32_splat(scalars + LEARNING_RATE)
  const scale = v128.load32_splat(scalars + GRADIENT_SCALE)
  const inside = f32x4.splat(decoupled ? 0 : weightDecay)
  const beside = f32x4.splat(decoupled ? weightDecay : 0)
  const a1 = f32x4.splat(beta1)
  const b1 = f32x4.splat(taken1)
  const a2 = f32x4.splat(beta2)
  const b2 = f32x4.splat(taken2)
  const least = f32x4.splat(epsilon)
  const c1 = f32x4.splat(<f32>(1 / <f64>load<f32>(scalars + BIAS_CORRECTION_1)))
  const c2 = f32x4.splat(<f32>(1 / sqrt<f64>(load<f32>(scalars + BIAS_CORRECTION_2))))
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) {
      adamAt<v128>(at, gradient, parameter, mean, squares, rate, scale, inside, beside, a1, b1, a2, b2, least, c1, c2)
    }
    for (; at < end; at += 4) {
      adamAt<f32>(at, gradient, parameter, mean, squares, rate, scale, inside, beside, a1, b1, a2, b2, least, c1, c2)
    }
  }
}
