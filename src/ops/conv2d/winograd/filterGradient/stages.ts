/** Stage after stage: as many tiles as fit are transformed, then added to the sums, each by all workers. */

import { call } from '../../../wasm/call.ts'
import type { WasmCall } from '../../../wasm/types.ts'
import { evenPanels, evenPiece } from '../../blocks.ts'
import type { Correlation } from '../../correlation.ts'
import type { FilterGradientAddresses } from '../../layout.ts'
import { fewChannels, tiledPictures, transformRanges } from '../tiling.ts'
import type { Plan } from './plan.ts'

export function stageCalls(
  plan: Plan,
  correlation: Correlation,
  { source, gradient, shared }: FilterGradientAddresses,
): readonly WasmCall[] {
  const { side, planes, channels, columns, total, used, chunkTiles } = plan
  const [gridHeight, gridWidth] = correlation.grid
  const at = shared + plan.chunkBytes
  const transformed = { transformed: at, ...plan.transformed }
  const gradients = { transformedGradient: at + planes * plan.transformed.sourcePlane, ...plan.gradients }
  const ranges = { channelsEach: evenPiece(channels, 192), panelsEach: evenPanels(used, 16) }
  const products = planes * Math.ceil(channels / ranges.channelsEach) * Math.ceil(used / ranges.panelsEach)
  const sizes = { planes, channels, columns, sums: shared, ...plan.sums, ...ranges }
  const calls: WasmCall[] = []
  for (let first = 0; first < total; first += chunkTiles) {
    const count = Math.min(chunkTiles, total - first)
    const tiles = { tilesY: plan.tilesY, tilesX: plan.tilesX, first, count }
    const input = transformRanges(plan, count, channels)
    const output = transformRanges(plan, count, columns, fewChannels)
    const pictures = { side, ...tiledPictures(correlation, source, channels), ...tiles, ...transformed }
    const results = { side, gradient, gridHeight, gridWidth, columns, ...tiles, ...gradients }
    const { tilesEach, channelsEach: columnsEach } = output.ranges
    const fresh = first === 0 ? 1 : 0
    calls.push(
      call('winogradInput', { ...pictures, ...input.ranges }, input.tiles),
      call('winogradGradient', { ...results, tilesEach, columnsEach }, output.tiles),
      call('winogradAccumulate', { ...sizes, ...transformed, ...gradients, count, fresh }, products),
    )
  }
  return calls
}
