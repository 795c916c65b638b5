/**
 * The product of a few rows with a large matrix (a fully connected layer): every weight is used for few rows, so packing
 * the whole matrix would cost a second copy of it and one more trip to memory. Panels are packed block by block in the
 * worker's cache instead, straight before their use; a single row is not packed at all but streamed.
 */

import { copyFromRowsOf8, copyValues, zeroValues } from '../../kernel/copy.as.ts'
import { multiplyPanel } from '../../kernel/multiply.as.ts'
import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'
import { packColumns, packRows } from '../../kernel/pack.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'

/** target[row, column] = max(floor, bias[column] + Σ source[row, term]·weights[term, column]); pitches in bytes. */
export function denseProduct(
  source: usize,
  sourcePitch: usize,
  rows: i32,
  terms: i32,
  /** [terms, columns], or [columns, terms] where `transposed`. */
  weights: usize,
  weightsPitch: usize,
  transposed: i32,
  /** 0: none */
  bias: usize,
  target: usize,
  targetPitch: usize,
  columns: i32,
  floor: f32,
  blockRows: i32,
  blockPanels: i32,
  blockTerms: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const rowBlocks = (rows + blockRows - 1) / blockRows
  const table = (<usize>blockRows * 4 + 63) & ~63
  const sources = scratch
  const targets = sources + table
  const partTargets = targets + table
  // [panel][row][8]
  const part = partTargets + table
  const partPanel = <usize>blockRows << 5
  const packed = part + <usize>blockPanels * partPanel
  for (let row: usize = 0; row < <usize>blockRows; row++) store<usize>(partTargets + row * 4, part + row * 32)

  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const firstRow = (tile % rowBlocks) * blockRows
    const firstColumn = (tile / rowBlocks) * blockPanels * 8
    const count = min(blockRows, rows - firstRow)
    const width = min(blockPanels * 8, columns - firstColumn)
    for (let row = 0; row < count; row++) {
      store<usize>(sources + (<usize>row << 2), source + <usize>(firstRow + row) * sourcePitch)
      store<usize>(targets + (<usize>row << 2), target + <usize>(firstRow + row) * targetPitch)
    }
    for (let column = 0, to = part; column < width; column += 8) {
      for (let row = 0; row < count; row++) {
        packColumns(to + (<usize>row << 5), bias + (<usize>(firstColumn + column) << 2), 0, 1, bias == 0 ? 0 : min(width - column, 8))
      }
      to += partPanel
    }
    for (let term = 0; term < terms; term += blockTerms) {
      const depth = min(blockTerms, terms - term)
      const last = term + depth == terms
      for (let column = 0, panel = part; column < width; column += 8, panel += partPanel) {
        const valid = min(width - column, 8)
        const at = firstColumn + column
        if (transposed) packRows(packed, weights + <usize>at * weightsPitch + (<usize>term << 2), weightsPitch, depth, valid)
        else packColumns(packed, weights + <usize>term * weightsPitch + (<usize>at << 2), weightsPitch, depth, valid)
        const finished = last && valid == 8
        multiplyPanel(
          count,
          sources,
          finished ? targets : partTargets,
          <usize>term << 2,
          finished ? <usize>at << 2 : panel - part,
          panel,
          32,
          packed,
          1,
          1,
          depth,
          0,
          0,
          last ? floor : -Infinity,
        )
        if (last && valid < 8) copyFromRowsOf8(targets, <usize>at << 2, panel, count, valid)
      }
    }
  }
}
