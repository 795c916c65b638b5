/** How conv2dFilterGradient cuts its outputs into ranges and its long sum into blocks and chunks, by shapes alone. */

import { evenPanels, evenPiece, tilesWanted } from '../blocks.ts'
import { type Correlation, span } from '../correlation.ts'
import type { ProductShape } from '../shape.ts'

/** A block's piece of the picture, and its packed gradients. */
const copyBudget = 96 * 1024
const packBudget = 64 * 1024
/** Sums of all chunks together; beyond it fewer chunks serve. */
const sumsBudget = 8 * 1024 * 1024

export function blocksOf(correlation: Correlation, { images, groups, channels, columns }: ProductShape) {
  const [gridHeight, gridWidth] = correlation.grid
  const taps = correlation.taps[0] * correlation.taps[1]
  const used = Math.ceil(columns / 8)
  const blockPanels = evenPanels(used, 8)
  const blockChannels = evenPiece(channels, taps === 1 ? 192 : 64)
  const copied = (rows: number) => span(correlation, 0, rows) * span(correlation, 1, gridWidth) * blockChannels * 4
  const packed = (rows: number) => blockPanels * rows * gridWidth * 32
  let blockRows = 1
  while (blockRows < gridHeight && copied(blockRows + 1) <= copyBudget && packed(blockRows + 1) <= packBudget)
    blockRows++
  blockRows = evenPiece(gridHeight, blockRows)
  let blockImages = 1
  if (blockRows === gridHeight) {
    blockImages = evenPiece(
      images,
      Math.max(1, Math.min(copyBudget / copied(blockRows), packBudget / packed(blockRows))),
    )
  }
  const blocks = Math.ceil(images / blockImages) * Math.ceil(gridHeight / blockRows)

  const outputs = groups * Math.ceil(channels / blockChannels) * Math.ceil(used / blockPanels)
  const rows = taps * channels
  const groupPitch = used * 32
  const sumsPitch = groups * groupPitch
  const chunkBytes = rows * sumsPitch
  const wanted = Math.ceil(tilesWanted(images * gridHeight * gridWidth * rows * columns * groups) / outputs)
  const chunkBlocks = Math.ceil(blocks / Math.max(1, Math.min(blocks, wanted, Math.floor(sumsBudget / chunkBytes))))
  const chunks = Math.ceil(blocks / chunkBlocks)
  return {
    blocks: { blockImages, blockRows, blockChannels, blockPanels, chunkBlocks },
    sums: { chunkBytes, sumsPitch, groupPitch },
    chunks,
    rows,
    tiles: outputs * chunks,
    scratch: blockImages * (copied(blockRows) + packed(blockRows)),
  }
}
