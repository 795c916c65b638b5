/** The sum over all pixels, channel by channel (a bias's gradient), in chunks of rows that sumChunks adds up in order. */

import { nextTile } from '../../kernel/tiles.as.ts'

/** sums[chunk][channel] = Σ over the chunk's rows of source[row, channel]; one tile a chunk, `sumsPitch` bytes a chunk. */
export function channelSums(
  source: usize,
  rows: i32,
  channels: i32,
  rowsEach: i32,
  sums: usize,
  sumsPitch: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const row = <usize>channels << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * rowsEach
    const count = min(rowsEach, rows - first)
    const from = source + <usize>first * row
    const to = sums + <usize>tile * sumsPitch
    let channel = 0
    for (; channel + 8 <= channels; channel += 8) {
      let at = from + (<usize>channel << 2)
      let x = f32x4.splat(0)
      let y = f32x4.splat(0)
      for (let left = count; left > 0; left--, at += row) {
        x = f32x4.add(x, v128.load(at))
        y = f32x4.add(y, v128.load(at, 16))
      }
      v128.store(to + (<usize>channel << 2), x)
      v128.store(to + (<usize>channel << 2), y, 16)
    }
    // The rest by fours, the last of them overlapping what is done already; fewer than four channels one by one.
    while (channel < channels) {
      if (channels >= 4) {
        channel = min(channel, channels - 4)
        v128.store(to + (<usize>channel << 2), sumFour(from + (<usize>channel << 2), row, count))
        channel += 4
      } else {
        let at = from + (<usize>channel << 2)
        let sum: f32 = 0
        for (let left = count; left > 0; left--, at += row) sum += load<f32>(at)
        store<f32>(to + (<usize>channel << 2), sum)
        channel++
      }
    }
  }
}

/** Four channels, with enough sums at a time to hide an addition's latency. */
function sumFour(from: usize, row: usize, count: i32): v128 {
  let x = f32x4.splat(0)
  let y = x
  let z = x
  let w = x
  let left = count
  for (; left >= 4; left -= 4, from += 4 * row) {
    x = f32x4.add(x, v128.load(from))
    y = f32x4.add(y, v128.load(from + row))
    z = f32x4.add(z, v128.load(from + 2 * row))
    w = f32x4.add(w, v128.load(from + 3 * row))
  }
  for (; left > 0; left--, from += row) x = f32x4.add(x, v128.load(from))
  return f32x4.add(f32x4.add(x, y), f32x4.add(z, w))
}
