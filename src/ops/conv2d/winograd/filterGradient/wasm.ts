/** Calls of the Winograd filter gradient: how its long sum is cut up, by shape alone, and the workspaces for it. */

import { rangesOf } from '../../../kernel/ranges.ts'
import type { Workspace } from '../../../target.ts'
import type { WasmCall } from '../../../wasm/types.ts'
import { evenPanels, evenPiece, lines, tilesWanted } from '../../blocks.ts'
import type { Correlation } from '../../correlation.ts'
import type { ProductShape } from '../../product.ts'
import { linesBytes, type ResultSide, tilingOf, transformRanges } from '../tiling.ts'

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

function planOf(correlation: Correlation, { images, channels, columns }: ProductShape, m: ResultSide) {
  const tiling = tilingOf(correlation, images, m)
  const { planes, total } = tiling
  const used = Math.ceil(columns / 8)
  const sourcePitch = Math.ceil(channels / 8) * 32
  const sumsPitch = used * 32
  // Planes are a cache line apart from a power of two, lest their lines push each other out of the cache.
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
    used,
    sourcePitch,
    sourcePlane: lines(blockTiles * sourcePitch) + 64,
    gradientPanel: blockTiles * 32,
    gradientPlane: used * blockTiles * 32 + 64,
    sumsPitch,
    sumsPlane,
    chunkBytes,
    chunkTiles,
    blockTiles,
    /** Of the sums: stages share one. */
    chunks: staged ? 1 : Math.ceil(total / chunkTiles),
    staged,
  }
}

type Plan = ReturnType<typeof planOf>

export function winogradFilterGradientWorkspace(
  correlation: Correlation,
  shape: ProductShape,
  m: ResultSide,
): Workspace {
  const plan = planOf(correlation, shape, m)
  const { side, planes, sourcePlane, gradientPlane, chunks, chunkBytes, staged } = plan
  const between = planes * (sourcePlane + gradientPlane)
  const result = (planes + 4 * side) * 32
  const transform = Math.max(linesBytes(side), result)
  return staged
    ? { shared: chunkBytes + between, perThread: transform }
    : { shared: chunks * chunkBytes, perThread: between + transform }
}

export interface FilterGradientAddresses {
  readonly source: number
  readonly gradient: number
  readonly target: number
  readonly shared: number
}

export function winogradFilterGradientCalls(
  correlation: Correlation,
  shape: ProductShape,
  m: ResultSide,
  at: FilterGradientAddresses,
): readonly WasmCall[] {
  const plan = planOf(correlation, shape, m)
  const { channels, columns } = shape
  const { side, planes, sumsPitch, sumsPlane, chunks, chunkBytes } = plan
  const { chunk: channelsEach, tiles } = rangesOf(channels, columns * planes * chunks)
  const result = {
    kernel: 'winogradFilterGradientResult',
    args: [side, at.shared, sumsPitch, sumsPlane, chunks, chunkBytes, at.target, channels, columns, channelsEach],
    tiles,
  }
  const sums = plan.staged ? stageCalls(plan, correlation, shape, at) : [chunksCall(plan, correlation, shape, at)]
  return [...sums, result]
}

function chunksCall(
  plan: Plan,
  { source, grid, origin }: Correlation,
  { images, channels, columns }: ProductShape,
  at: FilterGradientAddresses,
): WasmCall {
  const args = [
    plan.side,
    at.source,
    ...source,
    channels,
    images,
    ...origin,
    at.gradient,
    ...grid,
    columns,
    at.shared,
    plan.sumsPitch,
    plan.sumsPlane,
    plan.chunkBytes,
    plan.chunkTiles,
    plan.blockTiles,
    plan.sourcePitch,
    plan.sourcePlane,
    plan.gradientPlane,
  ]
  return { kernel: 'winogradFilterGradient', args, tiles: plan.chunks }
}

/** Stage after stage: as many tiles as fit are transformed, then added to the sums. */
function stageCalls(
  plan: Plan,
  { source, grid, origin }: Correlation,
  { channels, columns }: ProductShape,
  at: FilterGradientAddresses,
): readonly WasmCall[] {
  const { side, planes, tilesY, tilesX, total, used, chunkTiles } = plan
  const transformed = at.shared + plan.chunkBytes
  const packed = transformed + planes * plan.sourcePlane
  const channelsEach = evenPiece(channels, 192)
  const panelsEach = evenPanels(used, 16)
  const products = planes * Math.ceil(channels / channelsEach) * Math.ceil(used / panelsEach)
  const calls: WasmCall[] = []
  for (let first = 0; first < total; first += chunkTiles) {
    const count = Math.min(chunkTiles, total - first)
    const input = transformRanges(plan, count, channels)
    const gradient = transformRanges(plan, count, columns)
    const tiles = [tilesY, tilesX, first, count]
    const to = [transformed, plan.sourcePitch, plan.sourcePlane]
    calls.push(
      {
        kernel: 'winogradInput',
        args: [side, at.source, ...source, channels, ...origin, ...tiles, ...to, input.tilesEach, input.channelsEach],
        tiles: input.tiles,
      },
      {
        kernel: 'winogradGradient',
        args: [
          side,
          at.gradient,
          ...grid,
          columns,
          ...tiles,
          packed,
          plan.gradientPanel,
          plan.gradientPlane,
          gradient.tilesEach,
          gradient.channelsEach,
        ],
        tiles: gradient.tiles,
      },
      {
        kernel: 'winogradAccumulate',
        args: [
          planes,
          transformed,
          plan.sourcePitch,
          plan.sourcePlane,
          channels,
          packed,
          plan.gradientPanel,
          plan.gradientPlane,
          columns,
          count,
          at.shared,
          plan.sumsPitch,
          plan.sumsPlane,
          first === 0 ? 1 : 0,
          channelsEach,
          panelsEach,
        ],
        tiles: products,
      },
    )
  }
  return calls
}
