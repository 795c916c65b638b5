/** How both directions of the Winograd kernels see a picture: tiles, planes, and ranges of them for calls of their own. */

import { evenPiece } from '../blocks.ts'
import type { Correlation } from '../correlation.ts'

/** Side of the results of one tile: F(4×4, 3×3) or F(2×2, 3×3). */
export type ResultSide = 2 | 4

export interface Tiling {
  /** Of a tile with the rim that its results need: m + 2. */
  readonly side: number
  /** side² */
  readonly planes: number
  readonly tilesY: number
  readonly tilesX: number
  /** Over all pictures. */
  readonly total: number
}

export function tilingOf({ grid }: Correlation, images: number, m: ResultSide): Tiling {
  const side = m + 2
  const tilesY = Math.ceil(grid[0] / m)
  const tilesX = Math.ceil(grid[1] / m)
  return { side, planes: side * side, tilesY, tilesX, total: images * tilesY * tilesX }
}

/**
 * Filters so large are fetched past the tiles (streamed/kernel.as.ts) where there are so few of these: from half a
 * register tile of 16 to two. With 49 tiles it was no longer faster.
 */
const leastStreamedFilters = 1024 * 1024
const tilesToStream = { least: 9, most: 32 }

/** Whether they are, for this number of tiles in all pictures. `filterBytes` are those of the transformed filters. */
export function streamsFilters(tiles: number, channels: number, filterBytes: number): boolean {
  const areFew = tiles >= tilesToStream.least && tiles <= tilesToStream.most
  return areFew && channels % 8 === 0 && filterBytes > leastStreamedFilters
}

/** Room for padding and for the lines of a run of eight tiles, see transforms.as.ts. */
export function linesBytes(side: number): number {
  return 64 + 6 * 32 + (8 * (side - 2) + 2) * side * 64
}

/** Enough for eight workers to end together. */
const mostRanges = 64

/** Channels of a range where there are few tiles, and where the planes keep such ranges apart. */
export const fewChannels = 64

/**
 * Ranges of `count` tiles times ranges of channels (multiples of 8), for a transform that is a call of its own. Where there
 * are enough tiles, a range has all channels, so that neighboring lines of a plane are written by one core.
 */
export function transformRanges({ tilesX }: Tiling, count: number, channels: number, mostChannels = channels) {
  const areMany = count / tilesX >= mostRanges / 2
  const channelsEach = Math.min(channels, areMany ? mostChannels : fewChannels)
  const ranges = Math.ceil(channels / channelsEach)
  const wanted = evenPiece(count, (count * ranges) / mostRanges)
  // Whole rows of tiles, so that no column is transformed twice.
  const tilesEach = Math.min(count, Math.ceil(wanted / tilesX) * tilesX)
  return { ranges: { channelsEach, tilesEach }, tiles: Math.ceil(count / tilesEach) * ranges }
}

/** Pictures that the transforms read tile by tile. */
export function tiledPictures({ source, origin }: Correlation, address: number, channels: number) {
  const [height, width] = source
  const [originY, originX] = origin
  return { source: address, height, width, channels, originY, originX }
}
