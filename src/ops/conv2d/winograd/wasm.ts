/** Calls of the Winograd kernels for one stride-1 correlation with 3×3 taps: packed filters, blocks or stages, workspace. */

import type { WasmCall, WasmWorkspace } from '../../types.ts'
import type { Pair } from '../../window.ts'
import { evenPiece, lines, tilesWanted } from '../blocks.ts'
import type { Correlation } from '../correlation.ts'
import { type ProductShape, panelRoom } from '../product.ts'
import { evenPanels, linesBytes, type ResultSide, tilingOf, transformRanges } from './tiling.ts'

/** A block's tiles, transformed and multiplied, stay within a core's second-level cache. */
const blockBudget = 768 * 1024
/** A workspace of this size for all tiles is better than to read the filters once for each block. */
const stagesBudget = 16 * 1024 * 1024
/** Filters beyond this are not kept by a core's cache from block to block. */
const filtersBudget = 1024 * 1024
/** Terms that winogradPack gathers at a time. */
const packTerms = 64

function planOf(correlation: Correlation, { images, channels, columns }: ProductShape, m: ResultSide) {
  const tiling = tilingOf(correlation, images, m)
  const { planes, total } = tiling
  const used = Math.ceil(columns / 8)
  const room = panelRoom(columns)
  // Planes are a cache line apart from a power of two, lest their lines push each other out of the cache.
  const packedPlane = room * channels * 32 + 64
  const sourcePitch = Math.ceil(channels / 8) * 32
  const macs = total * planes * channels * columns

  const staged = planes * packedPlane > filtersBudget && total * planes * (sourcePitch + used * 32) <= stagesBudget
  const wanted = tilesWanted(macs)
  const blockPanels = staged ? used : evenPanels(used, 8)
  const productPitch = blockPanels * 32
  // Multiples of twelve, which tiles of 6 and of 4 rows divide.
  const fit = Math.floor(blockBudget / (planes * (sourcePitch + productPitch)) / 12) * 12
  const most = Math.max(24, Math.min(48, fit))
  const blockTiles = staged ? total : Math.min(most, Math.max(12, evenPiece(total, total / wanted)), total)
  return {
    ...tiling,
    used,
    room,
    packedPlane,
    packedBytes: room * 32 + planes * packedPlane,
    sourcePitch,
    productPitch,
    sourcePlane: lines(blockTiles * sourcePitch) + 64,
    productPlane: lines(blockTiles * productPitch) + 64,
    staged,
    blockTiles,
    blockPanels,
  }
}

type Plan = ReturnType<typeof planOf>

/** Tiles of one call of the second stage: rows that a first-level cache holds beside a panel. */
function multiplyRanges({ total, used, planes }: Plan) {
  const tilesEach = evenPiece(total, 96)
  const panelsEach = evenPanels(used, Math.max(2, Math.ceil((used * planes * Math.ceil(total / tilesEach)) / 144)))
  return { tilesEach, panelsEach, tiles: planes * Math.ceil(total / tilesEach) * Math.ceil(used / panelsEach) }
}

export function winogradWorkspace(correlation: Correlation, shape: ProductShape, m: ResultSide): WasmWorkspace {
  const plan = planOf(correlation, shape, m)
  const { planes, side, packedBytes, sourcePlane, productPlane, blockTiles, staged } = plan
  const pack = 9 * packTerms * 32 + side * 3 * 32
  const between = planes * (sourcePlane + productPlane)
  if (!staged)
    return {
      prepared: packedBytes,
      perThread: Math.max(pack, 64 + 2 * lines(blockTiles * 4) + between + linesBytes(side)),
    }
  const tables = 64 + 2 * lines(multiplyRanges(plan).tilesEach * 4)
  return { prepared: packedBytes, shared: between, perThread: Math.max(pack, tables, linesBytes(side)) }
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
  floor: number,
): { readonly prepare: readonly WasmCall[]; readonly run: readonly WasmCall[] } {
  const plan = planOf(correlation, shape, m)
  const { channels, columns } = shape
  const termsEach = evenPiece(channels, packTerms)
  const sides: Pair = turned ? [columns, channels] : [channels, columns]
  const { side, room, packedPlane } = plan
  const pack = {
    kernel: 'winogradPack',
    args: [side, at.filters, at.bias, ...sides, turned ? 1 : 0, room, at.prepared, packedPlane, termsEach],
    tiles: plan.used * Math.ceil(channels / termsEach),
  }
  const run = plan.staged
    ? stageCalls(plan, correlation, shape, at, floor)
    : [blockCall(plan, correlation, shape, at, floor)]
  return { prepare: [pack], run }
}

function blockCall(
  plan: Plan,
  { source, grid, origin }: Correlation,
  { images, channels, columns }: ProductShape,
  at: WinogradAddresses,
  floor: number,
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
    floor,
    plan.blockTiles,
    plan.blockPanels,
    plan.sourcePitch,
    plan.sourcePlane,
    plan.productPitch,
    plan.productPlane,
  ]
  return { kernel: 'winogradProduct', args, tiles: Math.ceil(plan.total / plan.blockTiles) }
}

function stageCalls(
  plan: Plan,
  { source, grid, origin }: Correlation,
  { channels, columns }: ProductShape,
  at: WinogradAddresses,
  floor: number,
): readonly WasmCall[] {
  const { side, planes, tilesY, tilesX, total, sourcePitch, sourcePlane, productPitch, productPlane } = plan
  const transformed = at.shared
  const products = transformed + planes * sourcePlane
  const input = transformRanges(plan, total, channels)
  const multiply = multiplyRanges(plan)
  const output = transformRanges(plan, total, columns)
  return [
    {
      kernel: 'winogradInput',
      args: [
        side,
        at.source,
        ...source,
        channels,
        ...origin,
        tilesY,
        tilesX,
        0,
        total,
        transformed,
        sourcePitch,
        sourcePlane,
        input.tilesEach,
        input.channelsEach,
      ],
      tiles: input.tiles,
    },
    {
      kernel: 'winogradMultiply',
      args: [
        planes,
        transformed,
        sourcePitch,
        sourcePlane,
        total,
        channels,
        at.prepared,
        plan.room,
        plan.packedPlane,
        columns,
        products,
        productPitch,
        productPlane,
        multiply.panelsEach,
        multiply.tilesEach,
      ],
      tiles: multiply.tiles,
    },
    {
      kernel: 'winogradOutput',
      args: [
        side,
        products,
        productPitch,
        productPlane,
        columns,
        at.prepared,
        floor,
        at.target,
        ...grid,
        tilesY,
        tilesX,
        total,
        output.tilesEach,
        output.channelsEach,
      ],
      tiles: output.tiles,
    },
  ]
}
