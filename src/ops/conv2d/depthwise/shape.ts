/** As many groups as channels: channels are independent of each other. What each direction is for the kernels, and blocks. */

import { evenPiece, tilesWanted } from '../blocks.ts'
import { type Correlation, span } from '../correlation.ts'
import type { Conv2dGeometry } from '../geometry.ts'
import type { Conv2dWork } from '../work.ts'

export function isDepthwise({ channels, groups }: Conv2dGeometry): boolean {
  return groups === channels && groups > 1
}

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

export function forwardShape({ batch, channels, filters }: Conv2dWork): DepthwiseShape {
  return { images: batch, channels: filters, sourceChannels: channels, up: 1, down: filters / channels, passes: 1 }
}

export function backwardShape({ batch, channels, filters }: Conv2dWork): DepthwiseShape {
  const multiplier = filters / channels
  return { images: batch, channels, sourceChannels: filters, up: multiplier, down: 1, passes: multiplier }
}

/** Channels are padded to whole vectors of eight. */
export const padded = (channels: number) => Math.ceil(channels / 8) * 8

/** A block's piece of the picture. */
const copyBudget = 96 * 1024

/** `more`: bytes that a block needs in addition to its piece of the picture, out of those that its results take. */
export function blocksOf(correlation: Correlation, shape: DepthwiseShape, more: (resultBytes: number) => number) {
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
  /** Of rows, of all pictures. */
  const count = Math.ceil(gridHeight / blockRows) * shape.images
  return { blocks: { blockRows, blockChannels }, count, ranges, wanted, bytes: copied(blockRows) }
}
