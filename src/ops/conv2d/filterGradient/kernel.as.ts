/**
 * The filters' gradient, im2col(X)ᵀ·dY. A tile is a range of output values (channels × all taps × panels of filters)
 * times a chunk of the long sum over pictures and positions. How many chunks there are depends on the shape alone, and
 * their sums are added in order by a second call: the same bits with any number of workers.
 *
 * Pictures are copied with their padding, gradients packed into panels, block by block in the worker's cache; im2col(X)ᵀ
 * itself is read in place (accumulate.as.ts). Half panels brought 20 filters from 45 to 51 GFLOP/s, one run over all
 * pictures a fully connected layer of 32 pictures from 26 to 36–47; ranges of 96 or 48 channels there instead of 192
 * brought nothing.
 */

import { accumulatePanel } from '../../kernel/accumulate.as.ts'
import { accumulateHalfPanel } from '../../kernel/accumulateHalf.as.ts'
import { accumulateTwoPanels } from '../../kernel/accumulateWide.as.ts'
import { copyBlock } from '../../kernel/copy.as.ts'
import { packColumns } from '../../kernel/pack.as.ts'
import { panelsTogether } from '../../kernel/rows.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'

export function conv2dFilterGradient(
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
  /** [images, gridHeight, gridWidth, groups·columns] */
  gradient: usize,
  columns: i32,
  /** [chunk][tap][channel], `sumsPitch` bytes; in a row each group has `groupPitch` bytes. */
  sums: usize,
  chunkBytes: usize,
  sumsPitch: usize,
  groupPitch: usize,
  blockImages: i32,
  blockRows: i32,
  blockChannels: i32,
  blockPanels: i32,
  /** Blocks of pixels in a chunk. */
  chunkBlocks: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const used = (columns + 7) >> 3
  const panelRanges = (used + blockPanels - 1) / blockPanels
  const channelRanges = (channels + blockChannels - 1) / blockChannels
  const blocksY = (gridHeight + blockRows - 1) / blockRows
  const blocks = blocksY * ((images + blockImages - 1) / blockImages)
  const image = <usize>(height * width) * pixel
  const gradientPixel = <usize>(groups * columns) << 2
  const copiedColumns = (gridWidth - 1) * strideX + (tapsX - 1) * dilationX + 1
  // [panel][pixel][8]
  const packed = scratch
  const packedPanel = <usize>(blockImages * blockRows * gridWidth) << 5
  const copied = packed + <usize>blockPanels * packedPanel

  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const firstPanel = (tile % panelRanges) * blockPanels
    const firstChannel = ((tile / panelRanges) % channelRanges) * blockChannels
    const group = (tile / panelRanges / channelRanges) % groups
    const chunk = tile / panelRanges / channelRanges / groups
    const lastPanel = min(firstPanel + blockPanels, used)
    const depth = min(blockChannels, channels - firstChannel)
    const pitchX = <usize>depth << 2
    const pitchY = <usize>copiedColumns * pitchX
    // Rows of the product lie in runs: one row of a window, or one tap where dilation or other channels lie between.
    const whole = dilationX == 1 && depth == channels
    const runs = whole ? 1 : tapsX
    const run = whole ? tapsX * depth : depth
    const first = chunk * chunkBlocks
    const end = min(first + chunkBlocks, blocks)
    for (let block = first; block < end; block++) {
      const firstY = (block % blocksY) * blockRows
      const firstImage = (block / blocksY) * blockImages
      const countY = min(blockRows, gridHeight - firstY)
      const countImages = min(blockImages, images - firstImage)
      const copiedRows = (countY - 1) * strideY + (tapsY - 1) * dilationY + 1
      const pitchImage = <usize>copiedRows * pitchY
      let origin = source + <usize>firstImage * image + (<usize>(group * channels + firstChannel) << 2)
      let to = copied
      for (let i = 0; i < countImages; i++, to += pitchImage, origin += image) {
        copyBlock(to, origin, height, width, pixel, depth, firstY * strideY + originY, originX, copiedRows, copiedColumns)
      }
      const pixels = countImages * countY * gridWidth
      const dy = gradient + <usize>((firstImage * gridHeight + firstY) * gridWidth) * gradientPixel
      for (let panel = firstPanel, to = packed; panel < lastPanel; panel++, to += packedPanel) {
        const from = dy + (<usize>(group * columns + panel * 8) << 2)
        packColumns(to, from, gradientPixel, pixels, columns - panel * 8)
      }

      const step = <usize>strideX * pitchX
      const innerJump = <usize>strideY * pitchY - <usize>gridWidth * step
      const outerJump = pitchImage - <usize>(countY * strideY) * pitchY
      // Rows (then pictures) that follow each other without a gap are one run: so all pictures of a fully connected layer.
      const oneRow = innerJump == 0
      const oneRun = oneRow && outerJump == 0
      const columnsEach = oneRun ? pixels : oneRow ? countY * gridWidth : gridWidth
      const rowsEach = oneRow ? 1 : countY
      const imagesEach = oneRun ? 1 : countImages
      for (let panel = firstPanel, from = packed, together = 1; panel < lastPanel; panel += together, from += <usize>together * packedPanel) {
        together = panelsTogether(columns - panel * 8, lastPanel - panel)
        const out = sums + <usize>chunk * chunkBytes + <usize>group * groupPitch + (<usize>panel << 5) + <usize>firstChannel * sumsPitch
        const half = columns - panel * 8 <= 4
        for (let y = 0; y < tapsY; y++) {
          // Rows for which this row of taps lies in the padding add nothing.
          const position = firstY * strideY + originY + y * dilationY
          const firstRow = oneRow || position >= 0 ? 0 : min((strideY - 1 - position) / strideY, countY)
          const endRow = oneRow ? rowsEach : position >= height ? firstRow : max(min((height - position + strideY - 1) / strideY, countY), firstRow)
          const skipped = countY - (endRow - firstRow)
          const rowJump: usize = oneRow ? 0 : <usize>(skipped * strideY) * pitchY
          const panelJump: usize = oneRow ? 0 : <usize>(skipped * gridWidth) << 5
          const panelRows = from + (<usize>(firstRow * gridWidth) << 5)
          for (let x = 0; x < runs; x++) {
            const values = copied + <usize>(firstRow * strideY + y * dilationY) * pitchY + <usize>(x * dilationX) * pitchX
            const to = out + <usize>((y * tapsX + x) * channels) * sumsPitch
            if (WIDE == 1 && together == 2) accumulateTwoPanels(run, values, panelRows, packedPanel, imagesEach, endRow - firstRow, columnsEach, step, innerJump, outerJump + rowJump, to, sumsPitch, block == first, panelJump)
            else if (half) accumulateHalfPanel(run, values, panelRows, imagesEach, endRow - firstRow, columnsEach, step, innerJump, outerJump + rowJump, to, sumsPitch, block == first, panelJump)
            else accumulatePanel(run, values, panelRows, imagesEach, endRow - firstRow, columnsEach, step, innerJump, outerJump + rowJump, to, sumsPitch, block == first, panelJump)
          }
        }
      }
    }
  }
}

/** target[row, group, 0..columns) = the sum over chunks of sums[chunk][row][group]; `rowsEach` rows a tile. */
export function sumChunks(
  sums: usize,
  chunks: i32,
  chunkBytes: usize,
  sumsPitch: usize,
  groups: i32,
  groupPitch: usize,
  rows: i32,
  columns: i32,
  target: usize,
  rowsEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const last = min((tile + 1) * rowsEach, rows)
    for (let row = tile * rowsEach; row < last; row++) {
      for (let group = 0; group < groups; group++) {
        const from = sums + <usize>row * sumsPitch + <usize>group * groupPitch
        const to = target + (<usize>((row * groups + group) * columns) << 2)
        let column = 0
        for (; column + 4 <= columns; column += 4) {
          let at = from + (<usize>column << 2)
          let sum = v128.load(at)
          for (let chunk = 1; chunk < chunks; chunk++) {
            at += chunkBytes
            sum = f32x4.add(sum, v128.load(at))
          }
          v128.store(to + (<usize>column << 2), sum)
        }
        for (; column < columns; column++) {
          let at = from + (<usize>column << 2)
          let sum = load<f32>(at)
          for (let chunk = 1; chunk < chunks; chunk++) {
            at += chunkBytes
            sum += load<f32>(at)
          }
          store<f32>(to + (<usize>column << 2), sum)
        }
      }
    }
  }
}
