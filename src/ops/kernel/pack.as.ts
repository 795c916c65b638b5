/** Panels: eight columns of a matrix, term by term ([term][8]), so that a micro-kernel reads them in one stream. */

import { copyValues } from './copy.as.ts'

/** to[term][0..columns) = from[term·pitch + column]; zeros up to 8. */
export function packColumns(to: usize, from: usize, pitch: usize, terms: i32, columns: i32): void {
  if (columns >= 8) {
    for (; terms > 0; terms--, to += 32, from += pitch) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
    }
    return
  }
  for (; terms > 0; terms--, to += 32, from += pitch) {
    v128.store(to, f32x4.splat(0))
    v128.store(to, f32x4.splat(0), 16)
    copyValues(to, from, columns)
  }
}

/** The same of a transposed matrix: to[term][0..columns) = from[column·pitch + term]; zeros up to 8. Terms are `toPitch` bytes apart. */
export function packRows(to: usize, from: usize, pitch: usize, terms: i32, columns: i32, toPitch: usize = 32): void {
  for (let half = 0; half < 8; half += 4, to += 16, from += 4 * pitch) {
    const present = columns - half
    let at = to
    let row = from
    let left = terms
    if (present >= 4) {
      for (; left >= 4; left -= 4, row += 16, at += 4 * toPitch) {
        const a = v128.load(row)
        const b = v128.load(row + pitch)
        const c = v128.load(row + 2 * pitch)
        const d = v128.load(row + 3 * pitch)
        const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
        const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
        const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
        const gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
        v128.store(at, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5))
        v128.store(at + toPitch, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
        v128.store(at + 2 * toPitch, v128.shuffle<f32>(ef, gh, 0, 1, 4, 5))
        v128.store(at + 3 * toPitch, v128.shuffle<f32>(ef, gh, 2, 3, 6, 7))
      }
    }
    for (; left > 0; left--, row += 4, at += toPitch) {
      v128.store(at, f32x4.splat(0))
      for (let column = 0; column < min(present, 4); column++) {
        store<f32>(at + (<usize>column << 2), load<f32>(row + <usize>column * pitch))
      }
    }
  }
}
