/** Sums of gradients over batches: see op.ts. */

import { nextTile } from '../../kernel/tiles.as.ts'
import { read, write } from '../lanes.as.ts'
import { SUM_KEPT } from '../slots.as.ts'

// @ts-ignore: decorator
@inline
function gradientSumAt<T>(at: usize, gradient: usize, sum: usize, share: v128, grows: bool): void {
  const g = f32x4.mul(read<T>(gradient + at), share)
  write<T>(sum + at, grows ? f32x4.add(read<T>(sum + at), g) : g)
}

/** sum = share·gradient, or sum + share·gradient where it grows. */
export function gradientSum(
  gradient: usize,
  scalars: usize,
  sum: usize,
  count: i32,
  share: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const grows = load<f32>(scalars + SUM_KEPT) != 0
  const shares = f32x4.splat(share)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = <usize>min((tile + 1) * chunk, count) << 2
    let at = <usize>(tile * chunk) << 2
    for (; at + 16 <= end; at += 16) gradientSumAt<v128>(at, gradient, sum, shares, grows)
    for (; at < end; at += 4) gradientSumAt<f32>(at, gradient, sum, shares, grows)
  }
}
