/** Stage after stage: as many tiles as fit are transformed, multiplied and transformed back, each by all workers. */

import type { Bounds } from '../../pointwise/table.ts'
import { call } from '../../wasm/call.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { cut } from '../arguments.ts'
import { evenPanels, evenPiece, lines } from '../blocks.ts'
import type { Correlation } from '../correlation.ts'
import type { ProductAddresses } from '../layout.ts'
import type { Plan } from './plan.ts'
import { tiledPictures, transformRanges } from './tiling.ts'

/** From this many tiles on, planes of streamed filters are cut into ranges of rows; each range transforms the picture's tiles again. */
const streamedTiles = 32

/** Of streamed filters, in a tile of their product: whole panels. */
function streamedRows({ columns, planes }: Plan): number {
  return Math.ceil(columns / Math.ceil(streamedTiles / planes) / 8) * 8
}

/** Tiles of one call of the second stage: rows that fit into a first-level cache together with a panel. */
function multiplyRanges({ used, planes }: Plan, count: number) {
  const tilesEach = evenPiece(count, 96)
  const panelsEach = evenPanels(used, Math.max(2, Math.ceil((used * planes * Math.ceil(count / tilesEach)) / 144)))
  const tiles = planes * Math.ceil(count / tilesEach) * Math.ceil(used / panelsEach)
  return { ranges: { tilesEach, panelsEach }, tiles }
}

export function multiplyScratch(plan: Plan): number {
  if (plan.streamed) return 3 * 64 + Math.ceil(plan.blockTiles / 8) * 32 * (plan.channels + streamedRows(plan))
  return 64 + 2 * lines(multiplyRanges(plan, plan.blockTiles).ranges.tilesEach * 4)
}

export function stageCalls(
  plan: Plan,
  correlation: Correlation,
  bounds: Bounds,
  { source, target, prepared, shared }: ProductAddresses,
): readonly WasmCall[] {
  const { side, planes, channels, columns, total, blockTiles } = plan
  const [gridHeight, gridWidth] = correlation.grid
  const transformed = { transformed: shared, ...plan.transformed }
  const products = { products: shared + planes * plan.transformed.sourcePlane, ...plan.products }
  const calls: WasmCall[] = []
  for (let first = 0; first < total; first += blockTiles) {
    const count = Math.min(blockTiles, total - first)
    const tiles = { tilesY: plan.tilesY, tilesX: plan.tilesX, first, count }
    const input = transformRanges(plan, count, channels)
    const output = transformRanges(plan, count, columns)
    const from = { side, ...tiledPictures(correlation, source, channels), ...tiles, ...transformed }
    const to = { side, ...products, columns, bias: prepared, ...cut(bounds), target, gridHeight, gridWidth, ...tiles }
    const { tilesEach, channelsEach: columnsEach } = output.ranges
    calls.push(
      call('winogradInput', { ...from, ...input.ranges }, input.tiles),
      multiplyCall(plan, prepared, { planes, count, terms: channels, columns, ...transformed, ...products }),
      call('winogradOutput', { ...to, tilesEach, columnsEach }, output.tiles),
    )
  }
  return calls
}

type Multiplied = Plan['transformed'] &
  Plan['products'] &
  Readonly<Record<'planes' | 'count' | 'terms' | 'columns' | 'transformed' | 'products', number>>

/** The second stage. */
function multiplyCall(plan: Plan, packed: number, sizes: Multiplied): WasmCall {
  const { planes, columns } = plan
  const all = { ...sizes, packed, ...plan.packed }
  if (plan.streamed) {
    const rowsEach = streamedRows(plan)
    return call('winogradMultiplyRows', { ...all, rowsEach }, planes * Math.ceil(columns / rowsEach))
  }
  const { ranges, tiles } = multiplyRanges(plan, sizes.count)
  return call('winogradMultiply', { ...all, ...ranges }, tiles)
}
