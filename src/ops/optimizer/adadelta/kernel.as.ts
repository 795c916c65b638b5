/** Adadelta's rule: see ../op.ts. Written as those of ../kernel.as.ts. */

import { nextTile } from '../../kernel/tiles.as.ts'
import { decayed, mixed, read, write } from '../lanes.as.ts'
import { GRADIENT_SCALE, isSkipped, LEARNING_RATE } from '../slots.as.ts'

// @ts-ignore: decorator
@inline
function adadeltaAt<T>(
  at: usize,
  gradient: usize,
  parameter: usize,
  squares: usize,
  moves: usize,
  rate: v128,
  scale: v128,
  decay: v128,
  kept: v128,
  taken: v128,
  epsilon: v128,
): void {
  const p = read<T>(parameter + at)
  const g = decayed(read<T>(gradient + at), p, scale, decay)
  const s = mixed(kept, read<T>(squares + at), taken, f32x4.mul(g, g))
  write<T>(squares + at, s)
  const u = read<T>(moves + at)
  const root = f32x4.div(f32x4.sqrt(f32x4.add(u, epsilon)), f32x4.sqrt(f32x4.add(s, epsilon)))
  const move = f32x4.mul(root, g)
  write<T>(moves + at, mixed(kept, u, taken, f32x4.mul(move, move)))
  write<T>(parameter + at, f32x4.sub(p, f32x4.mul(rate, move)))
}

/** `taken` is 1 − smoothing. */
export function adadelta(
  gradient: usize,
  scalars: usize,
  parameter: usize,
  squares: usize,
  moves: usize,
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
    for (; at + 16 <= end; at += 16) adadeltaAt<v128>(at, gradient, parameter, squares, moves, rate, scale, decay, a, b, least)
    for (; at < end; at += 4) adadeltaAt<f32>(at, gradient, parameter, squares, moves, rate, scale, decay, a, b, least)
  }
}
