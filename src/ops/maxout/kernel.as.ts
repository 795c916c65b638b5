/** Maxout: the greatest of each `pieces` neighboring values, four units at a time. */

import { nextTile } from '../kernel/tiles.as.ts'

/** Piece `piece` of four units. */
// @ts-ignore: decorator
@inline
function fourUnits(x: usize, pieces: usize, piece: usize): v128 {
  const at = x + (piece << 2)
  const step = pieces << 2
  let v = v128.load32_zero(at)
  v = v128.load_lane<f32>(at + step, v, 1)
  v = v128.load_lane<f32>(at + 2 * step, v, 2)
  return v128.load_lane<f32>(at + 3 * step, v, 3)
}

/** Where `next` wins over `most`, which comes first: it is greater, or the first NaN. */
// @ts-ignore: decorator
@inline
function wins(next: v128, most: v128): v128 {
  return v128.andnot(f32x4.eq(most, most), f32x4.le(next, most))
}

/** y[i] = max(x[k·i], …) for `units` units of k = `pieces` values. A tile is `chunk` units. */
export function maxoutForward(
  x: usize,
  y: usize,
  units: i32,
  pieces: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const k = <usize>pieces
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, units)
    let from = x + ((<usize>first * k) << 2)
    let to = y + (<usize>first << 2)
    let unit = first
    for (; unit + 4 <= end; unit += 4) {
      let most: v128
      if (k == 2) {
        const low = v128.load(from)
        const high = v128.load(from, 16)
        const next = v128.shuffle<f32>(low, high, 1, 3, 5, 7)
        most = v128.shuffle<f32>(low, high, 0, 2, 4, 6)
        most = v128.bitselect(next, most, wins(next, most))
      } else {
        most = fourUnits(from, k, 0)
        for (let piece: usize = 1; piece < k; piece++) {
          const next = fourUnits(from, k, piece)
          most = v128.bitselect(next, most, wins(next, most))
        }
      }
      v128.store(to, most)
      from += k << 4
      to += 16
    }
    for (; unit < end; unit++) {
      store<f32>(to, load<f32>(from + (winnerOf(from, k) << 2)))
      from += k << 2
      to += 4
    }
  }
}

/** dx of each unit's winner is its dy, that of the others 0. dx may be x. */
export function maxoutGradient(
  x: usize,
  dy: usize,
  dx: usize,
  units: i32,
  pieces: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const k = <usize>pieces
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, units)
    let at = (<usize>first * k) << 2
    let from = dy + (<usize>first << 2)
    let unit = first
    if (k == 2) {
      for (; unit + 4 <= end; unit += 4) {
        const low = v128.load(x + at)
        const high = v128.load(x + at, 16)
        const second = wins(v128.shuffle<f32>(low, high, 1, 3, 5, 7), v128.shuffle<f32>(low, high, 0, 2, 4, 6))
        const given = v128.load(from)
        const even = v128.andnot(given, second)
        const odd = v128.and(given, second)
        v128.store(dx + at, v128.shuffle<f32>(even, odd, 0, 4, 1, 5))
        v128.store(dx + at, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16)
        at += 32
        from += 16
      }
    }
    for (; unit < end; unit++) {
      const won = winnerOf(x + at, k)
      const given = load<f32>(from)
      for (let piece: usize = 0; piece < k; piece++) store<f32>(dx + at + (piece << 2), piece == won ? given : 0)
      at += k << 2
      from += 4
    }
  }
}

/** The first piece that has the maximum, or the first NaN. */
function winnerOf(x: usize, pieces: usize): usize {
  let won: usize = 0
  let most = load<f32>(x)
  for (let piece: usize = 1; piece < pieces; piece++) {
    const next = load<f32>(x + (piece << 2))
    if (most == most && !(next <= most)) {
      most = next
      won = piece
    }
  }
  return won
}
