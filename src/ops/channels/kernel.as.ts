/** Copies a band of channels from rows of one width into rows of another. */

import { nextTile } from '../kernel/tiles.as.ts'

/**
 * Tiles are ranges of `chunk` rows. `source` and `target` are where the band starts in row 0; pitches are bytes from row
 * to row. `before` and `after` values next to the band in the target are set to zero.
 */
export function channelsCopy(
  source: usize,
  target: usize,
  rows: i32,
  count: i32,
  sourcePitch: usize,
  targetPitch: usize,
  before: i32,
  after: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, rows)
    for (let row = first; row < end; row++) {
      const to = target + <usize>row * targetPitch
      if (before > 0) zeros(to - ((<usize>before) << 2), before)
      copy(source + <usize>row * sourcePitch, to, count)
      if (after > 0) zeros(to + ((<usize>count) << 2), after)
    }
  }
}

/**
 * memory.copy has a fixed cost that rows of 16 channels cannot bear. In the caches this is at 65 to 75 % of its speed. A last
 * vector that overlaps the one before, in place of up to seven single values, made rows of 30 channels 1.2 times as fast,
 * but rows of 24 to 128 take 1.2 to 1.8 times as long, also in a function of its own.
 */
function copy(from: usize, to: usize, count: i32): void {
  const end = to + ((<usize>count) << 2)
  while (to + 32 <= end) {
    const a = v128.load(from)
    const b = v128.load(from, 16)
    v128.store(to, a)
    v128.store(to, b, 16)
    from += 32
    to += 32
  }
  while (to < end) {
    store<u32>(to, load<u32>(from))
    from += 4
    to += 4
  }
}

function zeros(to: usize, count: i32): void {
  const end = to + ((<usize>count) << 2)
  const zero = i64x2.splat(0)
  while (to + 16 <= end) {
    v128.store(to, zero)
    to += 16
  }
  while (to < end) {
    store<u32>(to, 0)
    to += 4
  }
}
