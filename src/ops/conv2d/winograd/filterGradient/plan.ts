/** How the long sum of Winograd's filter gradient is cut up, in chunks of blocks or in stages: by shapes alone. */

import { evenPiece, lines, tilesWanted } from '../../blocks.ts'
import type { Correlation } from '../../correlation.ts'
import type { ProductShape } from '../../shape.ts'
import { type ResultSide, tilingOf } from '../tiling.ts'

/** Sums of a chunk up to this size stay in a core's second-level cache from block to block. */
const sumsBudget = 512 * 1024
/** Sums of all chunks together; beyond it fewer chunks serve. */
const chunksBudget = 6 * 1024 * 1024
const mostChunks = 8
/** A block's transformed pictures and gradients. */
const blockBudget = 640 * 1024
/** The same for a stage; but with fewer tiles, reading and writing the sums shows (48 took 15 % longer than 96). */
const stageBudget = 4 * 1024 * 1024
const leastStageTiles = 96

export function planOf(correlation: Correlation, { images, channels, columns }: ProductShape, m: ResultSide) {
  const tiling = tilingOf(correlation, images, m)
  const { planes, total } = tiling
  const used = Math.ceil(columns / 8)
  const sourcePitch = Math.ceil(channels / 8) * 32
  const sumsPitch = used * 32
  // Planes are a cache line apart from a power of two, so that their lines do not push each other out of the cache.
  const sumsPlane = channels * sumsPitch + 64
  const chunkBytes = planes * sumsPlane
  const tileBytes = planes * (sourcePitch + used * 32)
  const staged = chunkBytes > sumsBudget

  const fit = Math.max(12, Math.min(64, Math.floor(blockBudget / tileBytes)))
  const wanted = Math.min(tilesWanted(total * planes * channels * columns), mostChunks)
  const chunks = Math.max(1, Math.min(wanted, Math.floor(chunksBudget / chunkBytes), Math.floor(total / fit)))
  const chunkTiles = staged
    ? evenPiece(total, Math.max(leastStageTiles, Math.floor(stageBudget / tileBytes)))
    : Math.ceil(total / chunks)
  const blockTiles = staged ? chunkTiles : evenPiece(chunkTiles, fit)
  return {
    ...tiling,
    channels,
    columns,
    used,
    transformed: { sourcePitch, sourcePlane: lines(blockTiles * sourcePitch) + 64 },
    gradients: { gradientPanel: blockTiles * 32, gradientPlane: used * blockTiles * 32 + 64 },
    sums: { sumsPitch, sumsPlane },
    chunkBytes,
    chunkTiles,
    blockTiles,
    /** Of the sums: stages share one. */
    chunks: staged ? 1 : Math.ceil(total / chunkTiles),
    staged,
  }
}

export type Plan = ReturnType<typeof planOf>

/** Bytes of a block's or a stage's tiles, transformed. */
export function betweenBytes({ planes, transformed, gradients }: Plan): number {
  return planes * (transformed.sourcePlane + gradients.gradientPlane)
}
