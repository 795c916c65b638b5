/** Calls of conv2dFilterGradient: how the long sum is cut into chunks, and the workspace for their sums. */

import { rangesOf } from '../../kernel/ranges.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { evenPanels, evenPiece, tilesWanted } from '../blocks.ts'
import { type Correlation, span } from '../correlation.ts'
import type { ProductShape } from '../product.ts'

/** A block's piece of the picture, and its packed gradients. */
const copyBudget = 96 * 1024
const packBudget = 64 * 1024
/** Sums of all chunks together; beyond it fewer chunks serve. */
const sumsBudget = 8 * 1024 * 1024

function planOf(correlation: Correlation, { images, groups, channels, columns }: ProductShape) {
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
  const pitch = groups * groupPitch
  const chunkBytes = rows * pitch
  const wanted = Math.ceil(tilesWanted(images * gridHeight * gridWidth * rows * columns * groups) / outputs)
  const chunkBlocks = Math.ceil(blocks / Math.max(1, Math.min(blocks, wanted, Math.floor(sumsBudget / chunkBytes))))
  const chunks = Math.ceil(blocks / chunkBlocks)
  return {
    blockImages,
    blockRows,
    blockChannels,
    blockPanels,
    chunkBlocks,
    chunks,
    rows,
    groupPitch,
    pitch,
    chunkBytes,
    tiles: outputs * chunks,
    /** One chunk of whole panels is the result itself. */
    direct: chunks === 1 && columns % 8 === 0,
    scratch: blockImages * (copied(blockRows) + packed(blockRows)),
  }
}

export function filterGradientWorkspace(correlation: Correlation, shape: ProductShape) {
  const plan = planOf(correlation, shape)
  return { perThread: plan.scratch, ...(plan.direct ? {} : { shared: plan.chunks * plan.chunkBytes }) }
}

export function filterGradientCalls(
  correlation: Correlation,
  shape: ProductShape,
  at: { readonly source: number; readonly gradient: number; readonly target: number; readonly shared: number },
): readonly WasmCall[] {
  const plan = planOf(correlation, shape)
  const { images, groups, channels, columns } = shape
  const args = [
    at.source,
    ...correlation.source,
    groups * channels * 4,
    groups,
    channels,
    images,
    ...correlation.grid,
    ...correlation.stride,
    ...correlation.origin,
    ...correlation.taps,
    ...correlation.dilation,
    at.gradient,
    columns,
    plan.direct ? at.target : at.shared,
    plan.chunkBytes,
    plan.pitch,
    plan.groupPitch,
    plan.blockImages,
    plan.blockRows,
    plan.blockChannels,
    plan.blockPanels,
    plan.chunkBlocks,
  ]
  const product = { kernel: 'conv2dFilterGradient', args, tiles: plan.tiles }
  return plan.direct ? [product] : [product, sumChunksCall({ ...plan, groups, columns }, at.shared, at.target)]
}

export interface ChunkedSums {
  readonly chunks: number
  readonly chunkBytes: number
  /** A chunk's rows, `pitch` bytes each, hold `columns` values for each group, `groupPitch` bytes apart. */
  readonly rows: number
  readonly pitch: number
  readonly groups: number
  readonly groupPitch: number
  readonly columns: number
}

/** Adds up sums that were made in chunks, in the chunks' order. */
export function sumChunksCall(sums: ChunkedSums, from: number, target: number): WasmCall {
  const { chunks, chunkBytes, pitch, groups, groupPitch, rows, columns } = sums
  const { chunk, tiles } = rangesOf(rows, groups * columns * chunks)
  return {
    kernel: 'sumChunks',
    args: [from, chunks, chunkBytes, pitch, groups, groupPitch, rows, columns, target, chunk],
    tiles,
  }
}
