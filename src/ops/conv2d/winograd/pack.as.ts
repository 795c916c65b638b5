/** Filters in the transformed domain, packed for the products of the planes. */

import { packColumns, packRows } from '../../kernel/pack.as.ts'
import { filterLine } from './lines.as.ts'

/** Terms whose nine taps are gathered at a time: 18 KB. */
// @ts-ignore: decorator
@inline
export const TERMS: i32 = 64

/** to[plane][term][8] = G·g·Gᵀ for one panel of eight columns; terms first … end. */
export function packTransformed<F>(
  /** [3, 3, channels, filters] */
  filters: usize,
  channels: i32,
  filtersEach: i32,
  /** Columns are the channels and terms the filters, turned round: for the input's gradient. */
  turned: i32,
  panel: i32,
  first: i32,
  end: i32,
  to: usize,
  plane: usize,
  /** 9 · TERMS · 32 bytes, then side · 3 · 16 */
  scratch: usize,
): void {
  const side = <i32>offsetof<F>()
  const pitch = <usize>filtersEach << 2
  const tap = <usize>channels * pitch
  const tapBytes = <usize>TERMS << 5
  const lines = scratch + 9 * tapBytes
  for (let term = first; term < end; term += TERMS) {
    const count = min(TERMS, end - term)
    for (let i = 0; i < 9; i++) {
      const at = scratch + <usize>i * tapBytes
      if (turned) {
        const from = filters + <usize>(8 - i) * tap + <usize>(panel * 8) * pitch + (<usize>term << 2)
        packRows(at, from, pitch, count, min(channels - panel * 8, 8))
      } else {
        const from = filters + <usize>i * tap + <usize>term * pitch + (<usize>panel << 5)
        packColumns(at, from, pitch, count, min(filtersEach - panel * 8, 8))
      }
    }
    let next = to + (<usize>term << 5)
    const last = scratch + (<usize>count << 5)
    for (let at = scratch; at < last; at += 16, next += 16) {
      for (let j = 0; j < 3; j++) {
        const g = at + <usize>j * tapBytes
        filterLine<F>(v128.load(g), v128.load(g + 3 * tapBytes), v128.load(g + 6 * tapBytes), lines + (<usize>j << 4), 48)
      }
      for (let i = 0, line = lines; i < side; i++, line += 48) {
        filterLine<F>(
          v128.load(line),
          v128.load(line, 16),
          v128.load(line, 32),
          next + <usize>(i * side) * plane,
          plane,
        )
      }
    }
  }
}
