/** Filters in the transformed domain, packed for the products of the planes. */

import { packColumns, packRows } from '../../kernel/pack.as.ts'
import { STEP } from '../../kernel/steps.as.ts'
import { filterLine, N0, NP, NQ, P, PP, Q, QQ } from './lines.as.ts'

/** Terms whose nine taps are gathered at a time: 18 KB. */
// @ts-ignore: decorator
@inline
export const TERMS: i32 = 64

/**
 * to[plane][row][8] = G·g·Gᵀ, rows `pitch` bytes apart, of taps [tap][row][8], `tapBytes` a tap. What lies between the two
 * passes, [side][3] × STEP, follows the taps.
 */
export function transformFilters<F>(from: usize, tapBytes: usize, rows: i32, to: usize, pitch: usize, plane: usize): void {
  const side = <usize>offsetof<F>()
  const pp = f32x4.splat(PP)
  const qq = f32x4.splat(QQ)
  const p = f32x4.splat(P)
  const q = f32x4.splat(Q)
  const n0 = f32x4.splat(N0)
  const nP = f32x4.splat(NP)
  const nQ = f32x4.splat(NQ)
  const lines = from + 9 * tapBytes
  const last = from + (<usize>rows << 5)
  for (let at = from; at < last; at += STEP) {
    let l = lines
    const g = at + 3 * tapBytes
    const h = at + 6 * tapBytes
    for (let j: usize = 0; j < 3 * tapBytes; j += tapBytes) {
      filterLine<F>(at + j, g + j, h + j, pp, qq, p, q, n0, nP, nQ, l, 3 * STEP)
      l += STEP
    }
    l = lines
    let out = to
    for (let i: usize = 0; i < side; i++) {
      filterLine<F>(l, l + STEP, l + 2 * STEP, pp, qq, p, q, n0, nP, nQ, out, plane)
      l += 3 * STEP
      out += side * plane
    }
    to += STEP
    if (STEP == 32 || ((at - from) & 16) != 0) to += pitch - 32
  }
}

/** to[plane][term][8] = G·g·Gᵀ for one panel of eight columns; terms first … end. */
export function packTransformed<F>(
  /** [3, 3, channels, filters], from the first filter of the group */
  filters: usize,
  channels: i32,
  /** Bytes from a row of filters to the next: of all groups. */
  pitch: usize,
  /** Of one group. */
  filtersEach: i32,
  /** Columns are the channels and terms the filters, turned round: for the input's gradient. */
  turned: i32,
  panel: i32,
  first: i32,
  end: i32,
  to: usize,
  plane: usize,
  /** 9 · TERMS · 32 bytes, then [side][3] × STEP */
  scratch: usize,
): void {
  const tap = <usize>channels * pitch
  const tapBytes = <usize>TERMS << 5
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
    transformFilters<F>(scratch, tapBytes, count, to + (<usize>term << 5), 32, plane)
  }
}
