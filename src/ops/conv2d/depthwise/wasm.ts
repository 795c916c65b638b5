/** Calls of the depthwise kernels: as many groups as channels, so channels are independent of each other. */

import type { Bounds } from '../../pointwise/table.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { evenPiece, lines, tilesWanted } from '../blocks.ts'
import { type Correlation, span } from '../correlation.ts'
import { sumChunksCall } from '../filterGradient/wasm.ts'

/** A block's piece of the picture. */
const copyBudget = 96 * 1024

/** Result channel k sums, for each pass, source channel k·up/down + pass (rounded down). */
export interface DepthwiseShape {
  readonly images: number
  /** Of the result. */
  readonly channels: number
  readonly sourceChannels: number
  readonly up: number
  readonly down: number
  readonly passes: number
}

const padded = (channels: number) => Math.ceil(channels / 8) * 8

export function depthwisePackedBytes({ taps }: Correlation, { channels, passes }: DepthwiseShape): number {
  return (1 + passes * taps[0] * taps[1]) * padded(channels) * 4
}

function blocksOf(correlation: Correlation, shape: DepthwiseShape, more: (rows: number) => number) {
  const [gridHeight, gridWidth] = correlation.grid
  const blockChannels = evenPiece(padded(shape.channels) / 8, 8) * 8
  const copied = (rows: number) =>
    shape.passes * span(correlation, 0, rows) * span(correlation, 1, gridWidth) * blockChannels * 4 +
    more(rows * gridWidth * blockChannels * 4)
  const taps = correlation.taps[0] * correlation.taps[1] * shape.passes
  const wanted = tilesWanted(shape.images * gridHeight * gridWidth * shape.channels * taps * 2)
  const ranges = Math.ceil(shape.channels / blockChannels)
  const most = Math.max(1, (gridHeight * shape.images * ranges) / wanted)
  let blockRows = 1
  while (blockRows < gridHeight && blockRows < most && copied(blockRows + 1) <= copyBudget) blockRows++
  blockRows = evenPiece(gridHeight, blockRows)
  return { blockChannels, blockRows, ranges, wanted, bytes: copied(blockRows) }
}

/**
 * Large pictures are read where they are; of small ones a padded copy is quicker than their many edges (14×14: 1.7 times),
 * and of those whose pixels lie a power of two apart, as they would push each other out of the first cache.
 */
function readsInPlace({ source }: Correlation, { channels, up, down, passes }: DepthwiseShape): boolean {
  return up === 1 && down === 1 && passes === 1 && channels % 8 === 0 && channels % 256 !== 0 && source[1] >= 48
}

export function depthwiseScratch(correlation: Correlation, shape: DepthwiseShape): number {
  return readsInPlace(correlation, shape) ? 0 : 128 + blocksOf(correlation, shape, () => 0).bytes
}

/** `filterWidth` is F's second side; `bias` 0: none. */
export function depthwisePackCall(
  correlation: Correlation,
  { channels, passes, up }: DepthwiseShape,
  filterWidth: number,
  at: { readonly filters: number; readonly bias: number; readonly packed: number },
): WasmCall {
  const { firstTap, tapStep, taps } = correlation
  return {
    kernel: 'depthwisePack',
    args: [at.filters, at.bias, filterWidth, ...firstTap, ...tapStep, ...taps, passes, up, channels, at.packed],
    tiles: 1 + passes * taps[0] * taps[1],
  }
}

export function depthwiseCall(
  correlation: Correlation,
  shape: DepthwiseShape,
  source: number,
  packed: number,
  target: number,
  bounds: Bounds,
): WasmCall {
  const inPlace = readsInPlace(correlation, shape)
  const { blockRows, blockChannels, ranges } = blocksOf(correlation, shape, () => 0)
  const { targetFirst, targetStep } = correlation
  const pixel = shape.channels * 4
  const row = correlation.target[1] * pixel
  const args = [
    ...sourceArguments(correlation, source, shape.sourceChannels),
    shape.images,
    ...slideArguments(correlation),
    ...(inPlace ? [] : [shape.up, shape.down, shape.passes]),
    packed,
    shape.channels,
    target + targetFirst[0] * row + targetFirst[1] * pixel,
    correlation.target[0] * row,
    targetStep[0] * row,
    targetStep[1] * pixel,
    ...bounds,
    blockRows,
    blockChannels,
  ]
  return {
    kernel: inPlace ? 'depthwiseInPlace' : 'depthwiseProduct',
    args,
    tiles: Math.ceil(correlation.grid[0] / blockRows) * shape.images * ranges,
  }
}

function gradientPlan(correlation: Correlation, shape: DepthwiseShape) {
  const plan = blocksOf(correlation, shape, (gradients) => gradients)
  const blocks = Math.ceil(correlation.grid[0] / plan.blockRows) * shape.images
  const chunkBlocks = Math.ceil(blocks / Math.max(1, Math.min(blocks, Math.ceil(plan.wanted / plan.ranges))))
  const pitch = padded(shape.channels) * 4
  const rows = correlation.taps[0] * correlation.taps[1]
  return { ...plan, chunkBlocks, chunks: Math.ceil(blocks / chunkBlocks), pitch, rows, chunkBytes: rows * pitch }
}

export function depthwiseFilterGradientWorkspace(correlation: Correlation, shape: DepthwiseShape) {
  const plan = gradientPlan(correlation, shape)
  return { perThread: lines(plan.bytes), shared: plan.chunks * plan.chunkBytes }
}

export function depthwiseFilterGradientCalls(
  correlation: Correlation,
  shape: DepthwiseShape,
  at: { readonly source: number; readonly gradient: number; readonly target: number; readonly shared: number },
): readonly WasmCall[] {
  const plan = gradientPlan(correlation, shape)
  const args = [
    ...sourceArguments(correlation, at.source, shape.sourceChannels),
    shape.down,
    shape.images,
    ...slideArguments(correlation),
    at.gradient,
    shape.channels,
    at.shared,
    plan.chunkBytes,
    plan.pitch,
    plan.blockRows,
    plan.blockChannels,
    plan.chunkBlocks,
  ]
  const sums = { ...plan, groups: 1, groupPitch: 0, columns: shape.channels }
  return [
    { kernel: 'depthwiseFilterGradient', args, tiles: plan.ranges * plan.chunks },
    sumChunksCall(sums, at.shared, at.target),
  ]
}

function sourceArguments({ source }: Correlation, address: number, channels: number): readonly number[] {
  return [address, ...source, channels * 4]
}

function slideArguments({ grid, stride, origin, taps, dilation }: Correlation): readonly number[] {
  return [...grid, ...stride, ...origin, ...taps, ...dilation]
}
