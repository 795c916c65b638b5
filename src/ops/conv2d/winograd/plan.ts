/** How Winograd's product is cut up: in blocks of tiles, or in stages that all workers share. By shapes alone. */

import { evenPanels, evenPiece, lines, tilesWanted } from '../blocks.ts'
import type { Correlation } from '../correlation.ts'
import { type ProductShape, panelRoom } from '../shape.ts'
import { type ResultSide, streamsFilters, tilingOf } from './tiling.ts'

/** Tiles of a block, a multiple of the rows of a register tile. 12 to 48 were equally fast, within 5 %. */
const mostBlockTiles = 24
/**
 * Filters larger than this are not fetched for each block: stages of many tiles share them. Blocks are 1.3 to 1.6 times
 * faster with 1 to 5 MB, which a last-level cache holds even if others use it, too. With 9 MB they are 1.15 times faster on
 * a quiet machine and 0.75 while another program moves much memory; with 19 and 38 MB 0.5 to 0.7 times.
 */
const mostBlockFilters = 6 * 1024 * 1024
/** Smaller ones too where there are few tiles: on one thread, 49 tiles are faster in stages, 64 in blocks. */
const fewTiles = 63
const leastStagedFilters = 1024 * 1024
/**
 * But not on two or three threads, where each stage reads what the other cores wrote in the one before it. There each core
 * transforms the whole input for itself and multiplies it with its own range of the filters. In a core's second-level cache:
 */
const mostSharers = 3
const mostRepeated = 1024 * 1024
/** A stage's tiles, transformed and multiplied. */
const stageBudget = 24 * 1024 * 1024

export function planOf(correlation: Correlation, shape: ProductShape, m: ResultSide) {
  const { images, mostImages, groups, channels, columns, threads = 1 } = shape
  const tiling = tilingOf(correlation, images, m)
  const { planes, total } = tiling
  const used = Math.ceil(columns / 8)
  const panels = panelRoom(columns)
  // Planes are a cache line apart from a power of two, so that their lines do not push each other out of the cache.
  const packedPlane = panels * channels * 32 + 64
  const sourcePitch = Math.ceil(channels / 8) * 32

  const filterBytes = planes * packedPlane
  const fit = Math.max(24, Math.floor(stageBudget / (planes * (sourcePitch + used * 32))))
  const streamed = groups === 1 && streamsFilters((total / images) * mostImages, channels, filterBytes)
  const isFew = groups === 1 && total <= fewTiles && filterBytes > leastStagedFilters && filterBytes <= mostBlockFilters
  const isSplit =
    isFew && !streamed && threads > 1 && threads <= mostSharers && total * planes * sourcePitch <= mostRepeated
  // Groups are small, and each block is one group's.
  const staged = groups === 1 && (streamed || filterBytes > mostBlockFilters || (isFew && !isSplit))
  const blockPanels = staged ? used : evenPanels(used, 8)
  const productPitch = blockPanels * 32
  const wanted = Math.ceil(tilesWanted(total * planes * channels * columns * groups) / groups)
  const usual = Math.min(mostBlockTiles, Math.max(12, evenPiece(total, total / wanted)), total)
  const perBlock = isSplit ? total : usual
  const blockTiles = staged ? evenPiece(total, fit) : perBlock
  return {
    ...tiling,
    groups,
    /** Of one group. */
    channels,
    columns,
    /** Panels that hold columns; there is room for `packed.panels`. */
    used,
    packed: { panels, packedPlane },
    packedGroup: panels * 32 + filterBytes,
    packedBytes: groups * (panels * 32 + filterBytes),
    staged,
    streamed,
    /** Of a block, or of a stage. */
    blockTiles,
    /** Of a call's tile. */
    panelsEach: isSplit ? Math.min(used, Math.ceil(used / threads / 2) * 2) : used,
    blockPanels,
    transformed: { sourcePitch, sourcePlane: lines(blockTiles * sourcePitch) + 64 },
    products: { productPitch, productPlane: lines(blockTiles * productPitch) + 64 },
  }
}

export type Plan = ReturnType<typeof planOf>

/** Bytes of a block's or a stage's tiles, transformed and multiplied. */
export function betweenBytes({ planes, transformed, products }: Plan): number {
  return planes * (transformed.sourcePlane + products.productPlane)
}
