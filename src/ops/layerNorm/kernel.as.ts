/**
 * Layer normalization of the channels of each position. A row is read several times but fetched once: it stays in the first
 * cache. The mean is corrected by the mean of the distances from it, so that nothing cancels far from 0.
 */

import { Four, One } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'
import { statistics } from './row.as.ts'

/** y = (x − mean)·inverse·scale + shift for ranges of `chunk` rows. */
export function layerNormForward(
  x: usize,
  y: usize,
  scale: usize,
  shift: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const fours = channels & ~3
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, rows)
    for (let row = tile * chunk; row < end; row++) {
      const from = x + <usize>row * pitch
      const to = y + <usize>row * pitch
      statistics(from, channels, epsilon, scratch)
      apply<Four>(from, to, scale, shift, 0, fours, scratch)
      if (fours < channels) apply<One>(from, to, scale, shift, fours, channels, scratch)
    }
  }
}

function apply<L>(x: usize, y: usize, scale: usize, shift: usize, begin: i32, end: i32, statistics: usize): void {
  const width = changetype<L>(0).width()
  const mean = v128.load32_splat(statistics)
  const inverse = v128.load32_splat(statistics, 4)
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    const normal = f32x4.mul(f32x4.sub(changetype<L>(0).load(x + at), mean), inverse)
    changetype<L>(0).store(
      y + at,
      multiplyAdd(normal, changetype<L>(0).load(scale + at), changetype<L>(0).load(shift + at)),
    )
  }
}
