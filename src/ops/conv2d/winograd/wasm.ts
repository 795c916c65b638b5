/** Calls of the Winograd kernels for one stride-1 correlation with 3×3 taps: packed filters, blocks or stages, workspace. */

import type { Bounds } from '../../pointwise/table.ts'
import type { Workspace } from '../../target.ts'
import type { WasmCall } from '../../wasm/types.ts'
import type { Pair } from '../../window.ts'
import { evenPanels, evenPiece, lines, tilesWanted } from '../blocks.ts'
import type { Correlation } from '../correlation.ts'
import { type ProductShape, panelRoom } from '../product.ts'
import { linesBytes, type ResultSide, streamsFilters, tilingOf, transformRanges } from './tiling.ts'

/** Tiles of a block, a multiple of the rows of a register tile. 12 to 48 were equally fast, within 5 %. */
const mostBlockTiles = 24
/**
 * Filters larger than this are not fetched for each block: stages of many tiles share them. Blocks are 1.3 to 1.6 times
 * faster with 1 to 5 MB, which a last-level cache holds even if others use it, too. With 9 MB they are 1.15 times faster on
 * a quiet machine and 0.75 beside a program that moves much memory; with 19 and 38 MB 0.5 to 0.7 times.
 */
const mostBlockFilters = 6 * 1024 * 1024
/** Smaller ones too where there are too few tiles for blocks for all workers: 49 tiles are faster in stages, 64 in blocks. */
const fewTiles = 63
const leastStagedFilters = 1024 * 1024
/** A stage's tiles, transformed and multiplied. */
const stageBudget = 24 * 1024 * 1024
/** Terms that winogradPack gathers at a time. */
const packTerms = 64
/** Rows that winogradPackRows gathers at a time. */
const packRows = 16
/** Planes of streamed filters are cut into ranges of rows for so many tiles or more; each turns the picture's tiles anew. */
const streamedTiles = 32

function planOf(correlation: Correlation, { images, mostImages, channels, columns }: ProductShape, m: ResultSide) {
  const tiling = tilingOf(correlation, images, m)
  const { planes, total } = tiling
  const used = Math.ceil(columns / 8)
  const room = panelRoom(columns)
  // Planes are a cache line apart from a power of two, lest their lines push each other out of the cache.
  const packedPlane = room * channels * 32 + 64
  const sourcePitch = Math.ceil(channels / 8) * 32

  const filterBytes = planes * packedPlane
  const fit = Math.max(24, Math.floor(stageBudget / (planes * (sourcePitch + used * 32))))
  const streamed = streamsFilters((total / images) * mostImages, channels, filterBytes)
  const staged = streamed || filterBytes > (total > fewTiles ? mostBlockFilters : leastStagedFilters)
  const blockPanels = staged ? used : evenPanels(used, 8)
  const productPitch = blockPanels * 32
  const wanted = tilesWanted(total * planes * channels * columns)
  const perBlock = Math.min(mostBlockTiles, Math.max(12, evenPiece(total, total / wanted)), total)
  const blockTiles = staged ? evenPiece(total, fit) : perBlock
  return {
    ...tiling,
    columns,
    used,
    room,
    packedPlane,
    packedBytes: room * 32 + filterBytes,
    sourcePitch,
    productPitch,
    sourcePlane: lines(blockTiles * sourcePitch) + 64,
    productPlane: lines(blockTiles * productPitch) + 64,
    staged,
    streamed,
    /** Of streamed filters, in a tile of their product: whole panels. */
    rowsEach: Math.ceil(columns / Math.ceil(streamedTiles / planes) / 8) * 8,
    /** Or of a stage. */
    blockTiles,
    blockPanels,
  }
}

type Plan = ReturnType<typeof planOf>

/** Tiles of one call of the second stage: rows that a first-level cache holds beside a panel. */
function multiplyRanges({ used, planes }: Plan, count: number) {
  const tilesEach = evenPiece(count, 96)
  const panelsEach = evenPanels(used, Math.max(2, Math.ceil((used * planes * Math.ceil(count / tilesEach)) / 144)))
  return { tilesEach, panelsEach, tiles: planes * Math.ceil(count / tilesEach) * Math.ceil(used / panelsEach) }
}

export function winogradWorkspace(correlation: Correlation, shape: ProductShape, m: ResultSide): Workspace {
  const plan = planOf(correlation, shape, m)
  const { planes, side, packedBytes, sourcePlane, productPlane, blockTiles, staged, streamed, rowsEach } = plan
  const pack = 9 * (streamed ? packRows : packTerms) * 32 + side * 3 * 32
  const between = planes * (sourcePlane + productPlane)
  if (!staged)
    return {
      prepared: packedBytes,
      perThread: Math.max(pack, 64 + 2 * lines(blockTiles * 4) + between + linesBytes(side)),
    }
  const multiply = streamed
    ? 3 * 64 + Math.ceil(blockTiles / 8) * 32 * (shape.channels + rowsEach)
    : 64 + 2 * lines(multiplyRanges(plan, blockTiles).tilesEach * 4)
  return { prepared: packedBytes, shared: between, perThread: Math.max(pack, multiply, linesBytes(side)) }
}

export interface WinogradAddresses {
  readonly source: number
  /** [3, 3, C, K] of the convolution, in either direction. */
  readonly filters: number
  /** 0: none. */
  readonly bias: number
  readonly target: number
  readonly prepared: number
  readonly shared: number
}

/** `turned`: the correlation is an input gradient, from K channels to C columns. */
export function winogradCalls(
  correlation: Correlation,
  shape: ProductShape,
  m: ResultSide,
  turned: boolean,
  at: WinogradAddresses,
  bounds: Bounds,
): { readonly prepare: readonly WasmCall[]; readonly run: readonly WasmCall[] } {
  const plan = planOf(correlation, shape, m)
  const { channels, columns } = shape
  const termsEach = evenPiece(channels, packTerms)
  const sides: Pair = turned ? [columns, channels] : [channels, columns]
  const { side, room, packedPlane } = plan
  const filters = [side, at.filters, at.bias, ...sides, turned ? 1 : 0, room, at.prepared, packedPlane]
  const pack = plan.streamed
    ? { kernel: 'winogradPackRows', args: filters, tiles: Math.ceil(columns / packRows) }
    : {
        kernel: 'winogradPack',
        args: [...filters, termsEach],
        tiles: plan.used * Math.ceil(channels / termsEach),
      }
  const run = plan.staged
    ? stageCalls(plan, correlation, shape, at, bounds)
    : [blockCall(plan, correlation, shape, at, bounds)]
  return { prepare: [pack], run }
}

function blockCall(
  plan: Plan,
  { source, grid, origin }: Correlation,
  { images, channels, columns }: ProductShape,
  at: WinogradAddresses,
  bounds: Bounds,
): WasmCall {
  const args = [
    plan.side,
    at.source,
    ...source,
    channels,
    images,
    ...grid,
    ...origin,
    at.prepared,
    plan.room,
    plan.packedPlane,
    at.target,
    columns,
    ...bounds,
    plan.blockTiles,
    plan.blockPanels,
    plan.sourcePitch,
    plan.sourcePlane,
    plan.productPitch,
    plan.productPlane,
  ]
  return { kernel: 'winogradProduct', args, tiles: Math.ceil(plan.total / plan.blockTiles) }
}

/** Stage after stage: as many tiles as fit are transformed, multiplied and transformed back. */
function stageCalls(
  plan: Plan,
  { source, grid, origin }: Correlation,
  { channels, columns }: ProductShape,
  at: WinogradAddresses,
  bounds: Bounds,
): readonly WasmCall[] {
  const { side, planes, tilesY, tilesX, total, blockTiles, room, packedPlane } = plan
  const transformed = [at.shared, plan.sourcePitch, plan.sourcePlane]
  const products = [at.shared + planes * plan.sourcePlane, plan.productPitch, plan.productPlane]
  const calls: WasmCall[] = []
  for (let first = 0; first < total; first += blockTiles) {
    const count = Math.min(blockTiles, total - first)
    const tiles = [tilesY, tilesX, first, count]
    const input = transformRanges(plan, count, channels)
    const output = transformRanges(plan, count, columns)
    const pictures = [at.source, ...source, channels, ...origin]
    const filters = [at.prepared, room, packedPlane, columns]
    const results = [columns, at.prepared, ...bounds, at.target, ...grid]
    calls.push(
      {
        kernel: 'winogradInput',
        args: [side, ...pictures, ...tiles, ...transformed, input.tilesEach, input.channelsEach],
        tiles: input.tiles,
      },
      multiplyCall(plan, count, [planes, ...transformed, count, channels, ...filters, ...products]),
      {
        kernel: 'winogradOutput',
        args: [side, ...products, ...results, ...tiles, output.tilesEach, output.channelsEach],
        tiles: output.tiles,
      },
    )
  }
  return calls
}

/** The second stage. */
function multiplyCall(plan: Plan, count: number, args: readonly number[]): WasmCall {
  const { planes, rowsEach, columns } = plan
  if (plan.streamed)
    return {
      kernel: 'winogradMultiplyRows',
      args: [...args, rowsEach],
      tiles: planes * Math.ceil(columns / rowsEach),
    }
  const { panelsEach, tilesEach, tiles } = multiplyRanges(plan, count)
  return { kernel: 'winogradMultiply', args: [...args, panelsEach, tilesEach], tiles }
}
