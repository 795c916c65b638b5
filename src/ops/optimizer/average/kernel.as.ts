/** Means of weights over steps: see op.ts. */

import { nextTile } from '../../kernel/tiles.as.ts'
import { mixed, read, write } from '../lanes.as.ts'
import { GRADIENT_SCALE, PAUSED } from '../slots.as.ts'

// @ts-ignore: decorator
@inline
function averageAt<T>(at: usize, slow: usize, fast: usize, kept: v128, taken: v128, back: bool): void {
  const mean = mixed(kept, read<T>(slow + at), taken, read<T>(fast + at))
  write<T>(slow + at, mean)
  if (back) write<T>(fast + at, mean)
}

/** slow = kept·slow + (1 − kept)·fast, a copy if kept is 0; then, if `back`, fast = slow. `slot`: where kept is. */
export function weightAverage(
  scalars: usize,
  slot: usize,
  slow: usize,
  fast: usize,
  count: i32,
  back: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const share = load<f32>(scalars + slot)
  if (load<f32>(scalars + GRADIENT_SCALE) == 0 || !(share >= 0)) return
  // Weights that do not learn keep their bits; a running mean still approaches them.
  if (back && load<f32>(scalars + PAUSED) != 0) return
  const kept = f32x4.splat(share)
  const taken = f32x4.splat(<f32>(1 - <f64>share))
  const returns = back != 0
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) averageAt<v128>(at, slow, fast, kept, taken, returns)
    for (; at < end; at += 4) averageAt<f32>(at, slow, fast, kept, taken, returns)
  }
}
