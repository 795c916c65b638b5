/** The way that takes every geometry: a matrix product whose left matrix is read in place (kernel.as.ts). */

import type { Bounds } from '../../pointwise/table.ts'
import { call } from '../../wasm/call.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { cut, pictures, results, slide, tapsOfFilter } from '../arguments.ts'
import { type Correlation, forwardCorrelation, inputGradientCorrelations } from '../correlation.ts'
import { inSequence, type Layout, type ProductAddresses } from '../layout.ts'
import { backwardShape, forwardShape, type ProductShape, panelRoom } from '../shape.ts'
import type { Way } from '../ways.ts'
import { blocksOf } from './blocks.ts'

const takesAll = { name: 'gemm', fits: () => true }

export const productForward: Way<ProductAddresses> = {
  ...takesAll,
  layOut(work) {
    const correlation = forwardCorrelation(work.window)
    const shape = forwardShape(work)
    return layoutOf(correlation, shape, work.bounds, (at) => packCall(correlation, shape, at))
  },
}

export const productInputGradient: Way<ProductAddresses> = {
  ...takesAll,
  layOut(work) {
    const shape = backwardShape(work)
    const filterWidth = work.window.kernel[1]
    const parts = inputGradientCorrelations(work.window).map((correlation) =>
      layoutOf(correlation, shape, work.bounds, (at) => packTurnedCall(correlation, shape, filterWidth, at)),
    )
    return inSequence(parts)
  },
}

function layoutOf(
  correlation: Correlation,
  shape: ProductShape,
  bounds: Bounds,
  pack: (at: ProductAddresses) => WasmCall,
): Layout<ProductAddresses> {
  const { images, groups, channels, columns } = shape
  const { taps } = correlation
  const { blocks, scratch, tiles } = blocksOf(correlation, shape)
  const panels = panelRoom(columns)
  return {
    workspace: { prepared: groups * panels * (1 + taps[0] * taps[1] * channels) * 32, perThread: scratch },
    calls(at) {
      const from = { ...pictures(correlation, at.source, groups * channels), groups, channels, images }
      const filters = { packed: at.prepared, panels, columns }
      const to = { ...results(correlation, at.target, groups * columns), ...cut(bounds) }
      const product = call('conv2dProduct', { ...from, ...slide(correlation), ...filters, ...to, ...blocks }, tiles)
      return { prepare: [pack(at)], run: [product] }
    },
  }
}

/** Packs filters [taps·channels, groups·columns] with their bias (0: none). */
function packCall({ taps }: Correlation, shape: ProductShape, at: ProductAddresses): WasmCall {
  const { filters, bias, prepared: packed } = at
  const { groups, channels, columns } = shape
  const terms = taps[0] * taps[1] * channels
  const panels = panelRoom(columns)
  return call('conv2dPack', { filters, bias, terms, groups, columns, panels, packed }, groups * Math.ceil(columns / 8))
}

/** Packs filters [tap, columns, groups·channels] with a bias for each column, for the product with their transposes; `filterWidth` is F's second side. */
function packTurnedCall(
  correlation: Correlation,
  { groups, channels: filtersEach, columns: channels }: ProductShape,
  filterWidth: number,
  { filters, bias, prepared: packed }: ProductAddresses,
): WasmCall {
  const sizes = { groups, channels, filtersEach, panels: panelRoom(channels) }
  const from = { filters, bias, filterWidth, ...tapsOfFilter(correlation) }
  return call('conv2dPackTurned', { ...from, ...sizes, packed }, groups * Math.ceil(channels / 8))
}
