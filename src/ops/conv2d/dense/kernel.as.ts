/**
 * The product of a few rows with a large matrix (a fully connected layer): every weight is used for few rows, so packing
 * the whole matrix would cost a second copy of it and one more trip to memory. Panels are packed block by block in the
 * worker's cache instead, straight before their use; a single row is not packed at all but streamed.
 */

import { clamp } from '../../kernel/clamp.as.ts'
import { copyFromRowsOf8, zeroValues } from '../../kernel/copy.as.ts'
import { multiplyPanel } from '../../kernel/multiply.as.ts'
import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'
import { multiplyHalfPanel } from '../../kernel/multiplyHalf.as.ts'
import { multiplyTwoPanels } from '../../kernel/multiplyWide.as.ts'
import { packColumns, packRows } from '../../kernel/pack.as.ts'
import { panelsTogether } from '../../kernel/rows.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'

/** Up to four panels of the matrix, one after the other. */
function packPanels(to: usize, from: usize, pitch: usize, terms: i32, columns: i32, transposed: i32): void {
  const panel = <usize>terms << 5
  if (transposed) {
    for (; columns > 0; columns -= 8, to += panel, from += 8 * pitch) packRows(to, from, pitch, terms, min(columns, 8))
  } else if (columns == 32) {
    for (; terms > 0; terms--, to += 32, from += pitch) {
      let at = to
      v128.store(at, v128.load(from))
      v128.store(at, v128.load(from, 16), 16)
      at += panel
      v128.store(at, v128.load(from, 32))
      v128.store(at, v128.load(from, 48), 16)
      at += panel
      v128.store(at, v128.load(from, 64))
      v128.store(at, v128.load(from, 80), 16)
      at += panel
      v128.store(at, v128.load(from, 96))
      v128.store(at, v128.load(from, 112), 16)
    }
  } else {
    for (; columns > 0; columns -= 8, to += panel, from += 32) packColumns(to, from, pitch, terms, min(columns, 8))
  }
}

/** target[row, column] = clamp(bias[column] + Σ source[row, term]·weights[term, column]); pitches in bytes. */
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
  ceiling: f32,
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
      const packedPanel = <usize>depth << 5
      for (let column = 0, panel = part, together = 1; column < width; column += 8 * together, panel += <usize>together * partPanel) {
        const valid = min(width - column, 8)
        const at = firstColumn + column
        // Four panels at a time: two cache lines of a row of weights are read together.
        const slot = (column >> 3) & 3
        together = panelsTogether(width - column, 4 - slot)
        if (slot == 0) {
          const from = weights + (transposed ? <usize>at * weightsPitch + (<usize>term << 2) : <usize>term * weightsPitch + (<usize>at << 2))
          packPanels(packed, from, weightsPitch, depth, min(width - column, 32), transposed)
        }
        const from = <usize>term << 2
        const values = packed + <usize>slot * packedPanel
        const least: f32 = last ? floor : -Infinity
        const most: f32 = last ? ceiling : Infinity
        if (WIDE == 1 && together == 2) {
          if (last) multiplyTwoPanels(count, sources, targets, from, <usize>at << 2, panel, 32, partPanel, 32, values, packedPanel, 1, 1, depth, 0, 0, least, most)
          else multiplyTwoPanels(count, sources, partTargets, from, panel - part, panel, 32, partPanel, partPanel, values, packedPanel, 1, 1, depth, 0, 0, least, most)
        } else if (last && valid == 8) multiplyPanel(count, sources, targets, from, <usize>at << 2, panel, 32, values, 1, 1, depth, 0, 0, least, most)
        else if (valid > 4) multiplyPanel(count, sources, partTargets, from, panel - part, panel, 32, values, 1, 1, depth, 0, 0, least, most)
        else multiplyHalfPanel(count, sources, partTargets, from, panel - part, panel, 32, values, 1, 1, depth, 0, 0, least, most)
        if (last && valid < 8) copyFromRowsOf8(targets, <usize>at << 2, panel, count, valid)
      }
    }
  }
}

/** sums[0..8·n) += eight terms · eight rows of weights, each 8·n long. */
function addEightTerms(source: usize, weights: usize, pitch: usize, sums: usize, end: usize): void {
  const x0 = v128.load32_splat(source)
  const x1 = v128.load32_splat(source, 4)
  const x2 = v128.load32_splat(source, 8)
  const x3 = v128.load32_splat(source, 12)
  const x4 = v128.load32_splat(source, 16)
  const x5 = v128.load32_splat(source, 20)
  const x6 = v128.load32_splat(source, 24)
  const x7 = v128.load32_splat(source, 28)
  let w0 = weights
  let w4 = weights + 4 * pitch
  for (let sum = sums; sum < end; sum += 32, w0 += 32, w4 += 32) {
    const w1 = w0 + pitch
    const w2 = w1 + pitch
    const w3 = w2 + pitch
    const w5 = w4 + pitch
    const w6 = w5 + pitch
    const w7 = w6 + pitch
    let a = multiplyAdd(x0, v128.load(w0), v128.load(sum))
    let b = multiplyAdd(x0, v128.load(w0, 16), v128.load(sum, 16))
    a = multiplyAdd(x1, v128.load(w1), a)
    b = multiplyAdd(x1, v128.load(w1, 16), b)
    a = multiplyAdd(x2, v128.load(w2), a)
    b = multiplyAdd(x2, v128.load(w2, 16), b)
    a = multiplyAdd(x3, v128.load(w3), a)
    b = multiplyAdd(x3, v128.load(w3, 16), b)
    a = multiplyAdd(x4, v128.load(w4), a)
    b = multiplyAdd(x4, v128.load(w4, 16), b)
    a = multiplyAdd(x5, v128.load(w5), a)
    b = multiplyAdd(x5, v128.load(w5, 16), b)
    a = multiplyAdd(x6, v128.load(w6), a)
    b = multiplyAdd(x6, v128.load(w6, 16), b)
    a = multiplyAdd(x7, v128.load(w7), a)
    b = multiplyAdd(x7, v128.load(w7, 16), b)
    v128.store(sum, a)
    v128.store(sum, b, 16)
  }
}

/**
 * The same for one row, not transposed: memory speed is all there is to have, so the weights are streamed as they lie,
 * eight of their rows at a time, while the sums wait in the first-level cache. Tiles are chunks of terms, because whole
 * rows of weights stream best (20 GB/s; 16 in pieces of 4 KB, 9 in pieces of 2 KB), times ranges of columns.
 * sums[chunk][column]; denseRowSum adds them up.
 */
export function denseRow(
  source: usize,
  terms: i32,
  termsEach: i32,
  weights: usize,
  columns: i32,
  columnsEach: i32,
  sums: usize,
  sumsPitch: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>columns << 2
  const ranges = (columns + columnsEach - 1) / columnsEach
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const firstColumn = (tile % ranges) * columnsEach
    const first = (tile / ranges) * termsEach
    const end = min(first + termsEach, terms)
    const count = min(columnsEach, columns - firstColumn)
    const whole = count & ~7
    const to = sums + <usize>(tile / ranges) * sumsPitch + (<usize>firstColumn << 2)
    const from = weights + (<usize>firstColumn << 2)
    zeroValues(to, count)
    let term = first
    for (; term + 8 <= end; term += 8) {
      addEightTerms(source + (<usize>term << 2), from + <usize>term * pitch, pitch, to, to + (<usize>whole << 2))
    }
    for (; term < end; term++) {
      const x = v128.load32_splat(source + (<usize>term << 2))
      let w = from + <usize>term * pitch
      const last = to + (<usize>whole << 2)
      for (let sum = to; sum < last; sum += 16, w += 16) v128.store(sum, multiplyAdd(x, v128.load(w), v128.load(sum)))
    }
    for (let column = whole; column < count; column++) {
      let sum: f32 = 0
      let w = from + <usize>first * pitch + (<usize>column << 2)
      for (let term = first; term < end; term++, w += pitch) sum += load<f32>(source + (<usize>term << 2)) * load<f32>(w)
      store<f32>(to + (<usize>column << 2), sum)
    }
  }
}

/** target[column] = clamp(bias[column] + Σ over chunks of sums[chunk][column]); `columnsEach` a tile. */
export function denseRowSum(
  sums: usize,
  chunks: i32,
  sumsPitch: usize,
  /** 0: none */
  bias: usize,
  target: usize,
  columns: i32,
  columnsEach: i32,
  floor: f32,
  ceiling: f32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    let column = tile * columnsEach
    const last = min(column + columnsEach, columns)
    for (; column + 4 <= last; column += 4) {
      const at = <usize>column << 2
      let sum = bias == 0 ? f32x4.splat(0) : v128.load(bias + at)
      for (let chunk = 0; chunk < chunks; chunk++) sum = f32x4.add(sum, v128.load(sums + <usize>chunk * sumsPitch + at))
      v128.store(target + at, clamp(sum, least, most))
    }
    for (; column < last; column++) {
      const at = <usize>column << 2
      let sum: f32 = bias == 0 ? 0 : load<f32>(bias + at)
      for (let chunk = 0; chunk < chunks; chunk++) sum += load<f32>(sums + <usize>chunk * sumsPitch + at)
      store<f32>(target + at, sum < floor ? floor : ceiling < sum ? ceiling : sum)
    }
  }
}
