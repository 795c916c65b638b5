/**
 * Convolution as a matrix product whose left matrix, im2col(X) of the notes, is never written. A tile of output pixels
 * gets a table of addresses (one a pixel: where its window starts) and the micro-kernel walks the windows in place; only
 * where zero-padding or groups interrupt the windows is the tile's piece of the picture first copied, once (not F·F
 * times) and into the worker's own cache. The same kernel is the input gradient: see product/wasm.ts.
 *
 * Effective GFLOP/s (taps in the padding counted, as usual) on one core whose fused multiply–adds give 58 at 128 bits,
 * Node 24, relaxed SIMD, forward / input gradient / filter gradient (minima on a shared machine):
 *
 *   56×56×256 3×3-256, batch 1    55 / 54 / 52      32×32×3 5×5-16, batch 32     52 /  – / 51
 *   32×32×16 3×3-16, batch 64     51 / 51 / 50      16×16×16 5×5-20, batch 32    60 / 65 / 51
 *   16×16×32 3×3-32, batch 64     55 / 55 / 52      8×8×20 5×5-20, batch 32      70 / 70 / 49
 *   8×8×64 3×3-64, batch 64       65 / 65 / 54      28×28×1 5×5-6, batch 32      27 /  – / 35
 *   7×7×512 3×3-512, batch 1      54 / 54 / 56      14×14×6 5×5-16 p0, batch 32  55 / 39 / 55
 *
 * Without relaxed SIMD it is 40–45. Above the peak are small maps: their taps in the padding are left out (8×8×64: 56
 * before). Six filters of one channel (LeNet's first layer) are 25 terms a sum and three quarters of a panel.
 * The sum is not blocked: a panel streams from the second-level cache, and the windows of neighbouring pixels overlap,
 * so that read in place they take a third of the room that im2col's rows would. Blocks of 120 or 480 pixels instead of
 * 240 did not help (480 costs LeNet's first layer 15 %).
 */

import { copyBlock, copyFromRowsOf8 } from '../kernel/copy.as.ts'
import { multiplyPanel } from '../kernel/multiply.as.ts'
import { multiplyHalfPanel } from '../kernel/multiplyHalf.as.ts'
import { multiplyTwoPanels } from '../kernel/multiplyWide.as.ts'
import { packColumns, packRows } from '../kernel/pack.as.ts'
import { panelsTogether } from '../kernel/rows.as.ts'
import { tapAt } from '../kernel/taps.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'

/**
 * Packs filters [terms, groups·columns] into panels [group][panel][1 + terms][8] whose first row is the bias (0: none).
 * One tile a panel; `panels` is the number a group has room for, those beyond `columns` stay as they are.
 */
export function conv2dPack(
  filters: usize,
  bias: usize,
  terms: i32,
  groups: i32,
  columns: i32,
  panels: i32,
  packed: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const used = (columns + 7) >> 3
  const pitch = (<usize>(groups * columns)) << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const group = tile / used
    const panel = tile % used
    const valid = min(columns - panel * 8, 8)
    const first = (<usize>(group * columns + panel * 8)) << 2
    const to = packed + <usize>(group * panels + panel) * ((<usize>(1 + terms)) << 5)
    packColumns(to, bias == 0 ? filters : bias + first, 0, 1, bias == 0 ? 0 : valid)
    packColumns(to + 32, filters + first, pitch, terms, valid)
  }
}

/**
 * The same for the input gradient: columns are the channels, terms the filters, and of the taps only tapsY × tapsX are
 * taken, from (firstY, firstX) in steps (a stride's parity class; negative steps turn the filter round).
 * Filters are [filterHeight·filterWidth, channels, groups·filtersEach]. The first row is the bias of a transposed convolution (0: none).
 */
export function conv2dPackTurned(
  filters: usize,
  bias: usize,
  filterWidth: i32,
  firstY: i32,
  firstX: i32,
  stepY: i32,
  stepX: i32,
  tapsY: i32,
  tapsX: i32,
  groups: i32,
  channels: i32,
  filtersEach: i32,
  panels: i32,
  packed: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const used = (channels + 7) >> 3
  const pitch = (<usize>(groups * filtersEach)) << 2
  const terms = tapsY * tapsX * filtersEach
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const group = tile / used
    const panel = tile % used
    const valid = min(channels - panel * 8, 8)
    let to = packed + <usize>(group * panels + panel) * ((<usize>(1 + terms)) << 5)
    const biases = bias + ((<usize>(group * channels + panel * 8)) << 2)
    packColumns(to, bias == 0 ? filters : biases, 0, 1, bias == 0 ? 0 : valid)
    to += 32
    for (let y = 0; y < tapsY; y++) {
      for (let x = 0; x < tapsX; x++) {
        const tap = (firstY + y * stepY) * filterWidth + firstX + x * stepX
        const from = filters + <usize>(tap * channels + panel * 8) * pitch + ((<usize>(group * filtersEach)) << 2)
        packRows(to, from, pitch, filtersEach, valid)
        to += (<usize>filtersEach) << 5
      }
    }
  }
}

/** How many grid positions from `first` on meet the same taps within [0, size): `first` itself and those after it. */
function sameTaps(first: i32, end: i32, stride: i32, origin: i32, taps: i32, dilation: i32, size: i32): i32 {
  const position = first * stride + origin
  const from = tapAt(0, position, taps, dilation)
  const to = tapAt(size, position, taps, dilation)
  let at = first + 1
  for (; at < end; at++) {
    const next = at * stride + origin
    if (tapAt(0, next, taps, dilation) != from || tapAt(size, next, taps, dilation) != to) break
  }
  return at - first
}

/**
 * target[n, y, x, group·columns + j] = clamp(bias + Σ source[n, y·strideY + originY + i·dilationY, …, c]·filters).
 * Positions outside of the source are zeros. Tiles are blocks of the grid of output pixels times ranges of panels.
 */
export function conv2dProduct(
  /** [images, height, width, groups·channels], `pixel` bytes a pixel */
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  groups: i32,
  channels: i32,
  images: i32,
  gridHeight: i32,
  gridWidth: i32,
  strideY: i32,
  strideX: i32,
  originY: i32,
  originX: i32,
  tapsY: i32,
  tapsX: i32,
  dilationY: i32,
  dilationX: i32,
  /** As packed above. */
  packed: usize,
  panels: i32,
  columns: i32,
  /** Address of grid position (0, 0), and the bytes between images, rows and columns of the grid. */
  target: usize,
  targetImage: usize,
  targetRow: usize,
  targetColumn: usize,
  floor: f32,
  ceiling: f32,
  /** 0: windows lie inside of the source; 1: copy the tile's piece first, with its padding; 2: leave taps outside out. */
  border: i32,
  blockImages: i32,
  blockRows: i32,
  blockColumns: i32,
  blockPanels: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const used = (columns + 7) >> 3
  const panelRanges = (used + blockPanels - 1) / blockPanels
  const blocksX = (gridWidth + blockColumns - 1) / blockColumns
  const blocksY = (gridHeight + blockRows - 1) / blockRows
  const blocks = blocksX * blocksY * ((images + blockImages - 1) / blockImages)
  const image = <usize>(height * width) * pixel
  const panelBytes = (<usize>(1 + tapsY * tapsX * channels)) << 5

  const most = <usize>(blockImages * blockRows * blockColumns)
  const sources = scratch
  const targets = sources + ((most * 4 + 63) & ~63)
  const partTargets = targets + ((most * 4 + 63) & ~63)
  const part = partTargets + ((most * 4 + 63) & ~63)
  // Border 1: the copy. Border 2: parts of the tile that meet the same taps, each with its pixels and its taps.
  const copied = part + most * 32
  const parts = copied
  for (let i: usize = 0; i < most; i++) store<usize>(partTargets + i * 4, part + i * 32)

  // All groups of a block come one after the other, so that the cache lines of its pixels, which they share, are fetched once;
  // and few workers write to one line.
  const groupsEach = min(groups, max(1, 16 / columns))
  const groupRanges = (groups + groupsEach - 1) / groupsEach
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const lastGroup = min(groups, (tile % groupRanges + 1) * groupsEach)
    for (let group = (tile % groupRanges) * groupsEach; group < lastGroup; group++) {
      const block = (tile / groupRanges) % blocks
      const firstPanel = (tile / groupRanges / blocks) * blockPanels
      const firstX = (block % blocksX) * blockColumns
      const firstY = ((block / blocksX) % blocksY) * blockRows
      const firstImage = (block / blocksX / blocksY) * blockImages
      const countX = min(blockColumns, gridWidth - firstX)
      const countY = min(blockRows, gridHeight - firstY)
      const countImages = min(blockImages, images - firstImage)

      // Where the windows lie: in the copy, or in the picture itself.
      let origin = source + <usize>firstImage * image + ((<usize>(group * channels)) << 2)
      let pitchX = pixel
      let pitchY = <usize>width * pixel
      let pitchImage = image
      const sourceY = firstY * strideY + originY
      const sourceX = firstX * strideX + originX
      if (border == 1) {
        const copiedRows = (countY - 1) * strideY + (tapsY - 1) * dilationY + 1
        const copiedColumns = (countX - 1) * strideX + (tapsX - 1) * dilationX + 1
        pitchX = <usize>channels << 2
        pitchY = <usize>copiedColumns * pitchX
        pitchImage = <usize>copiedRows * pitchY
        let to = copied
        for (let i = 0; i < countImages; i++, to += pitchImage, origin += image) {
          copyBlock(to, origin, height, width, pixel, channels, sourceY, sourceX, copiedRows, copiedColumns)
        }
        origin = copied
      } else {
        origin += <usize>(sourceY * width + sourceX) * pixel
      }

      // The tile's pixels part by part: whole, or cut where other taps begin to lie outside.
      let at: usize = 0
      let partEnd = parts
      for (let y = 0, partY = countY; y < countY; y += partY) {
        if (border == 2) partY = sameTaps(firstY + y, firstY + countY, strideY, originY, tapsY, dilationY, height)
        for (let x = 0, partX = countX; x < countX; x += partX) {
          if (border == 2) {
            partX = sameTaps(firstX + x, firstX + countX, strideX, originX, tapsX, dilationX, width)
            store<i32>(partEnd, countImages * partY * partX)
            store<i32>(partEnd, tapAt(0, sourceY + y * strideY, tapsY, dilationY), 4)
            store<i32>(partEnd, tapAt(height, sourceY + y * strideY, tapsY, dilationY), 8)
            store<i32>(partEnd, tapAt(0, sourceX + x * strideX, tapsX, dilationX), 12)
            store<i32>(partEnd, tapAt(width, sourceX + x * strideX, tapsX, dilationX), 16)
            partEnd += 20
          }
          for (let i = 0; i < countImages; i++) {
            for (let row = y; row < y + partY; row++) {
              let from = origin + <usize>i * pitchImage + <usize>(row * strideY) * pitchY + <usize>(x * strideX) * pitchX
              let to = target + <usize>(firstImage + i) * targetImage + <usize>(firstY + row) * targetRow + <usize>(firstX + x) * targetColumn
              for (let column = 0; column < partX; column++) {
                store<usize>(sources + at, from)
                store<usize>(targets + at, to)
                at += 4
                from += <usize>strideX * pitchX
                to += targetColumn
              }
            }
          }
        }
      }
      const count = <i32>(at >> 2)

      // The values under one row of a window are one run, unless dilation or other groups' channels lie between them.
      const whole = dilationX == 1 && pitchX == <usize>channels << 2
      const tapStep = <usize>dilationX * pitchX
      const rowStep = <usize>dilationY * pitchY
      const innerJump: usize = whole ? 0 : tapStep - (<usize>channels << 2)

      const lastPanel = min(firstPanel + blockPanels, used)
      for (let panel = firstPanel, together = 1; panel < lastPanel; panel += together) {
        const panelAt = packed + <usize>(group * panels + panel) * panelBytes
        const valid = columns - panel * 8
        together = panelsTogether(valid, lastPanel - panel)
        const offset = <usize>(group * columns + panel * 8) << 2
        const to = valid < 8 ? partTargets : targets
        const toOffset: usize = valid < 8 ? 0 : offset
        if (border != 2) {
          const inner = whole ? 1 : tapsX
          const run = whole ? tapsX * channels : channels
          const outerJump = rowStep - <usize>tapsX * tapStep
          if (WIDE == 1 && together == 2) multiplyTwoPanels(count, sources, to, 0, toOffset, panelAt, 0, panelBytes, 32, panelAt + 32, panelBytes, tapsY, inner, run, innerJump, outerJump, floor, ceiling)
          else if (valid > 4) multiplyPanel(count, sources, to, 0, toOffset, panelAt, 0, panelAt + 32, tapsY, inner, run, innerJump, outerJump, floor, ceiling)
          else multiplyHalfPanel(count, sources, to, 0, toOffset, panelAt, 0, panelAt + 32, tapsY, inner, run, innerJump, outerJump, floor, ceiling)
        } else {
          let done: usize = 0
          for (let at = parts; at < partEnd; at += 20) {
            const pixels = load<i32>(at)
            const tapY = load<i32>(at, 4)
            const tapX = load<i32>(at, 12)
            const across = load<i32>(at, 16) - tapX
            const down = across > 0 ? load<i32>(at, 8) - tapY : 0
            const inner = whole ? 1 : across
            const run = whole ? across * channels : channels
            const values = panelAt + 32 + (<usize>((tapY * tapsX + tapX) * channels) << 5)
            const from = <usize>tapY * rowStep + <usize>tapX * tapStep
            const outerJump = rowStep - <usize>across * tapStep
            const panelJump = <usize>((tapsX - across) * channels) << 5
            if (WIDE == 1 && together == 2) multiplyTwoPanels(pixels, sources + done, to + done, from, toOffset, panelAt, 0, panelBytes, 32, values, panelBytes, down, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
            else if (valid > 4) multiplyPanel(pixels, sources + done, to + done, from, toOffset, panelAt, 0, values, down, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
            else multiplyHalfPanel(pixels, sources + done, to + done, from, toOffset, panelAt, 0, values, down, inner, run, innerJump, outerJump, floor, ceiling, panelJump)
            done += <usize>pixels << 2
          }
        }
        if (valid < 8) copyFromRowsOf8(targets, offset, part, count, valid)
      }
    }
  }
}
