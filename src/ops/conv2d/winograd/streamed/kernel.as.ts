/**
 * Few tiles times many filters: fetching the filters takes as long as multiplying with them. Where they are panels of
 * columns one waits for the other, as the first tiles fetch a panel and the others have nothing to fetch. Here the
 * matrices change places. Tiles are the columns and stay in the first-level cache; filters are the rows, and each value
 * is read once, at the pace of the multiplications.
 *
 * The rows of a register tile are taken from far apart, so that they are six streams that go on from tile to tile: one
 * core fetches several streams faster than one. 14×14×512 → 512, F(4×4), on the machine of docs/performance.md: 5.1 ms as
 * columns, 6.6 with six rows in one stream, 3.8 as here. Asking for a panel while the one before it was multiplied made
 * it 6.2.
 */

import { copyValues, zeroValues } from '../../../kernel/copy.as.ts'
import { multiplyPanel } from '../../../kernel/multiply.as.ts'
import { multiplyTwoPanels } from '../../../kernel/multiplyWide.as.ts'
import { packColumns, packRows } from '../../../kernel/pack.as.ts'
import { panelsTogether, tilesOf } from '../../../kernel/rows.as.ts'
import { nextTile } from '../../../kernel/tiles.as.ts'
import { Four, Six } from '../lines.as.ts'
import { transformFilters } from '../pack.as.ts'

/** Rows that are packed together: a cache line of the filters. pack.ts says the same. */
// @ts-ignore: decorator
@inline const ROWS: i32 = 16

/**
 * Fills packed = bias [panels·8], then U [plane][row][term], `packedPlane` bytes a plane, whose rows are the columns of the
 * convolution. Terms are a multiple of eight. Tiles are ROWS rows.
 */
export function winogradPackRows(
  side: i32,
  /** [3, 3, channels, filtersEach] */
  filters: usize,
  /** 0: none */
  bias: usize,
  channels: i32,
  filtersEach: i32,
  turned: i32,
  panels: i32,
  packed: usize,
  packedPlane: usize,
  tiles: i32,
  counter: usize,
  /** 9 · ROWS · 32 bytes, then [side][3] × STEP */
  scratch: usize,
): void {
  const columns = turned ? channels : filtersEach
  const terms = turned ? filtersEach : channels
  const pitch = <usize>filtersEach << 2
  const tap = <usize>channels * pitch
  const tapBytes = <usize>ROWS << 5
  const rowBytes = <usize>terms << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const row = tile * ROWS
    const rows = min(columns - row, ROWS)
    const added = packed + (<usize>row << 2)
    if (bias == 0) zeroValues(added, rows)
    else copyValues(added, bias + (<usize>row << 2), rows)
    let to = packed + (<usize>panels << 5) + <usize>row * rowBytes
    for (let term = 0; term < terms; term += 8, to += 32) {
      for (let i = 0; i < 9; i++) {
        const at = scratch + <usize>i * tapBytes
        if (turned) packColumns(at, filters + <usize>(8 - i) * tap + <usize>row * pitch + (<usize>term << 2), pitch, rows, 8)
        else packRows(at, filters + <usize>i * tap + <usize>term * pitch + (<usize>row << 2), pitch, rows, 8)
      }
      if (side == 6) transformFilters<Six>(scratch, tapBytes, rows, to, rowBytes, packedPlane)
      else transformFilters<Four>(scratch, tapBytes, rows, to, rowBytes, packedPlane)
    }
  }
}

/** M[plane][tile][column] = Σ V[plane][tile][term] · U[plane][column][term]. Tiles of the call are planes × ranges of rows. */
export function winogradMultiplyRows(
  planes: i32,
  transformed: usize,
  sourcePitch: usize,
  sourcePlane: usize,
  count: i32,
  terms: i32,
  packed: usize,
  panels: i32,
  packedPlane: usize,
  columns: i32,
  products: usize,
  productPitch: usize,
  productPlane: usize,
  rowsEach: i32,
  tiles: i32,
  counter: usize,
  /** 64 bytes of zeros, two tables, V turned [panel of tiles][term][8], M turned [row][panel][8] */
  scratch: usize,
): void {
  const ranges = (columns + rowsEach - 1) / rowsEach
  const panelBytes = <usize>terms << 5
  const rowBytes = <usize>terms << 2
  // Columns of the product are the picture's tiles.
  const used = (count + 7) >> 3
  const partPitch = <usize>used << 5
  const zeros = scratch
  const sources = zeros + 64
  const targets = sources + 64
  const turned = targets + 64
  const part = turned + <usize>used * panelBytes
  zeroValues(zeros, 8)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const plane = <usize>(tile / ranges)
    const first = (tile % ranges) * rowsEach
    const end = min(first + rowsEach, columns)
    for (let panel = 0; panel < used; panel++) {
      const from = transformed + plane * sourcePlane + <usize>(panel * 8) * sourcePitch
      packRows(turned + <usize>panel * panelBytes, from, sourcePitch, terms, min(count - panel * 8, 8))
    }
    const values = packed + (<usize>panels << 5) + plane * packedPlane + <usize>first * rowBytes
    // Rows of a register tile are as far apart as can be: streams as long as can be.
    const apart = tilesOf(end - first)
    for (let block = 0; block < apart; block++) {
      let rows = 0
      for (let i = block; i < end - first; i += apart, rows++) {
        store<usize>(sources + (<usize>rows << 2), values + <usize>i * rowBytes)
        store<usize>(targets + (<usize>rows << 2), part + <usize>i * partPitch)
      }
      for (let panel = 0, together = 1; panel < used; panel += together) {
        together = panelsTogether(16, used - panel)
        const tilesPanel = turned + <usize>panel * panelBytes
        const offset = <usize>panel << 5
        if (WIDE == 1 && together == 2) multiplyTwoPanels(rows, sources, targets, 0, offset, zeros, 0, 0, 32, tilesPanel, panelBytes, 1, 1, terms, 0, 0, -Infinity, Infinity)
        else multiplyPanel(rows, sources, targets, 0, offset, zeros, 0, tilesPanel, 1, 1, terms, 0, 0, -Infinity, Infinity)
      }
    }
    for (let column = first; column < end; column += 8) {
      for (let panel = 0; panel < used; panel++) {
        const from = part + <usize>(column - first) * partPitch + (<usize>panel << 5)
        const at = products + plane * productPlane + <usize>(panel * 8) * productPitch + (<usize>column << 2)
        packRows(at, from, partPitch, min(count - panel * 8, 8), min(end - column, 8), productPitch)
      }
    }
  }
}
