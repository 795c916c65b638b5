/** Winograd's method for 3×3 filters and stride 1, forward and for the input gradient: packed filters, blocks or stages. */

import { type Bounds, boundsOf } from '../../pointwise/table.ts'
import { call } from '../../wasm/call.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { cut } from '../arguments.ts'
import { lines } from '../blocks.ts'
import { cheapestSide, winogradFits } from '../choice.ts'
import { type Correlation, forwardCorrelation, inputGradientCorrelations } from '../correlation.ts'
import type { Layout, ProductAddresses } from '../layout.ts'
import { backwardShape, forwardShape, type ProductShape } from '../shape.ts'
import type { Way } from '../ways.ts'
import { winogradAmplification } from './matrices.ts'
import { filterPacking } from './pack.ts'
import { betweenBytes, type Plan, planOf } from './plan.ts'
import { multiplyScratch, stageCalls } from './stages.ts'
import { linesBytes, type ResultSide, tiledPictures } from './tiling.ts'

export function winogradForward(side: ResultSide): Way<ProductAddresses> {
  return {
    name: `winograd${side}`,
    amplification: winogradAmplification(side, 'forward'),
    fits: winogradFits,
    pays: (work) => cheapestSide(work, 'forward') === side,
    layOut: (work) => layoutOf(forwardCorrelation(work.window), forwardShape(work), side, false, work.bounds),
  }
}

export function winogradInputGradient(side: ResultSide): Way<ProductAddresses> {
  return {
    name: `winograd${side}`,
    amplification: winogradAmplification(side, 'inputGradient'),
    fits: winogradFits,
    pays: (work) => cheapestSide(work, 'inputGradient') === side,
    layOut(work) {
      // A stride of 1 has a single class of remainders.
      const [correlation] = inputGradientCorrelations(work.window) as [Correlation]
      return layoutOf(correlation, backwardShape(work), side, true, boundsOf('none'))
    },
  }
}

/** `turned`: the correlation is an input gradient, from K channels to C columns. */
function layoutOf(
  correlation: Correlation,
  shape: ProductShape,
  side: ResultSide,
  turned: boolean,
  bounds: Bounds,
): Layout<ProductAddresses> {
  const plan = planOf(correlation, shape, side)
  const packing = filterPacking(plan, turned)
  const between = betweenBytes(plan)
  const lineBytes = linesBytes(plan.side)
  const block = 64 + 2 * lines(plan.blockTiles * 4) + between + lineBytes
  return {
    workspace: {
      prepared: plan.packedBytes,
      ...(plan.staged
        ? { shared: between, perThread: Math.max(packing.scratch, multiplyScratch(plan), lineBytes) }
        : { perThread: Math.max(packing.scratch, block) }),
    },
    calls: (at) => ({
      prepare: [packing.call(at)],
      run: plan.staged
        ? stageCalls(plan, correlation, bounds, at)
        : [blockCall(plan, correlation, shape.images, bounds, at)],
    }),
  }
}

function blockCall(
  plan: Plan,
  correlation: Correlation,
  images: number,
  bounds: Bounds,
  { source, target, prepared }: ProductAddresses,
): WasmCall {
  const { side, groups, channels, columns, used, blockTiles, panelsEach, blockPanels } = plan
  const { transformed, products, packedGroup } = plan
  const [gridHeight, gridWidth] = correlation.grid
  const from = { ...tiledPictures(correlation, source, channels), groups, images }
  const to = { target, gridHeight, gridWidth, columns, ...cut(bounds) }
  const filters = { packed: prepared, ...plan.packed, packedGroup }
  const blocks = { blockTiles, panelsEach, blockPanels, ...transformed, ...products }
  return call(
    'winogradProduct',
    { side, ...from, ...filters, ...to, ...blocks },
    groups * Math.ceil(plan.total / blockTiles) * Math.ceil(used / panelsEach),
  )
}
