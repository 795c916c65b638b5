/** Transposition of the axes of images: blocks of the result's two fastest axes, gathered from the source. */

import { copyValues } from '../kernel/copy.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'

/** `count` values, `fromStep` and `toStep` bytes apart. */
// @ts-ignore: decorator
@inline
function gather(to: usize, toStep: usize, from: usize, fromStep: usize, count: i32): void {
  for (; count >= 4; count -= 4) {
    const a = load<u32>(from)
    const b = load<u32>(from + fromStep)
    const c = load<u32>(from + 2 * fromStep)
    const d = load<u32>(from + 3 * fromStep)
    store<u32>(to, a)
    store<u32>(to + toStep, b)
    store<u32>(to + 2 * toStep, c)
    store<u32>(to + 3 * toStep, d)
    from += 4 * fromStep
    to += 4 * toStep
  }
  for (; count > 0; count--) {
    store<u32>(to, load<u32>(from))
    from += fromStep
    to += toStep
  }
}

/** y [images, A, B, C, rows, columns] = x, where one step along an axis of y is this many bytes of x. */
export function permute(
  x: usize,
  y: usize,
  lengthA: i32,
  lengthB: i32,
  lengthC: i32,
  rows: i32,
  columns: i32,
  stepA: usize,
  stepB: usize,
  stepC: usize,
  row: usize,
  column: usize,
  blocks: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const bytes = (<usize>(rows * columns)) << 2
  const image = bytes * <usize>(lengthA * lengthB * lengthC)
  const across = (<usize>columns) << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, blocks)
    for (let block = tile * chunk; block < end; block++) {
      let rest = block / lengthC
      let from = x + <usize>(block % lengthC) * stepC
      from += <usize>(rest % lengthB) * stepB
      rest /= lengthB
      from += <usize>(rest % lengthA) * stepA + <usize>(rest / lengthA) * image
      const to = y + <usize>block * bytes
      if (column == 4) {
        for (let i = 0; i < rows; i++) copyValues(to + <usize>i * across, from + <usize>i * row, columns)
      } else if (columns >= rows) {
        for (let i = 0; i < rows; i++) gather(to + <usize>i * across, 4, from + <usize>i * row, column, columns)
      } else {
        // The longer loop inside: a shuffle of two groups has rows of two values.
        for (let j = 0; j < columns; j++) gather(to + (<usize>j << 2), across, from + <usize>j * column, row, rows)
      }
    }
  }
}
