/** The filters' gradient by Winograd's method: its sums in chunks of blocks or in stages, then their transform. */

import { rangesOf } from '../../../kernel/ranges.ts'
import { call } from '../../../wasm/call.ts'
import type { WasmCall } from '../../../wasm/types.ts'
import { cheapestSide, winogradFits } from '../../choice.ts'
import { type Correlation, forwardCorrelation } from '../../correlation.ts'
import type { FilterGradientAddresses, Layout } from '../../layout.ts'
import { forwardShape, type ProductShape } from '../../shape.ts'
import type { Way } from '../../ways.ts'
import { winogradAmplification } from '../matrices.ts'
import { linesBytes, type ResultSide, tiledPictures } from '../tiling.ts'
import { betweenBytes, type Plan, planOf } from './plan.ts'
import { stageCalls } from './stages.ts'

export function winogradFilterGradient(side: ResultSide): Way<FilterGradientAddresses> {
  return {
    name: `winograd${side}`,
    amplification: winogradAmplification(side, 'filterGradient'),
    fits: (work) => work.groups === 1 && winogradFits(work),
    pays: (work) => cheapestSide(work, 'filterGradient') === side,
    layOut: (work) => layoutOf(forwardCorrelation(work.window), forwardShape(work), side),
  }
}

function layoutOf(correlation: Correlation, shape: ProductShape, m: ResultSide): Layout<FilterGradientAddresses> {
  const plan = planOf(correlation, shape, m)
  const { side, planes, chunks, chunkBytes, staged } = plan
  const between = betweenBytes(plan)
  const transform = Math.max(linesBytes(side), (planes + 4 * side) * 32)
  return {
    workspace: staged
      ? { shared: chunkBytes + between, perThread: transform }
      : { shared: chunks * chunkBytes, perThread: between + transform },
    calls: (at) => ({
      run: [
        ...(staged ? stageCalls(plan, correlation, at) : [chunksCall(plan, correlation, shape.images, at)]),
        resultCall(plan, at),
      ],
    }),
  }
}

function chunksCall(
  plan: Plan,
  correlation: Correlation,
  images: number,
  { source, gradient, shared: sums }: FilterGradientAddresses,
): WasmCall {
  const { side, channels, columns, chunkBytes, chunkTiles, blockTiles, transformed } = plan
  const [gridHeight, gridWidth] = correlation.grid
  const from = { ...tiledPictures(correlation, source, channels), images, gradient, gridHeight, gridWidth, columns }
  const { gradientPlane } = plan.gradients
  const blocks = { chunkBytes, chunkTiles, blockTiles, ...transformed, gradientPlane }
  return call('winogradFilterGradient', { side, ...from, sums, ...plan.sums, ...blocks }, plan.chunks)
}

/** Adds the chunks up and transforms them. */
function resultCall(plan: Plan, { shared: sums, target }: FilterGradientAddresses): WasmCall {
  const { side, planes, channels, columns, chunks, chunkBytes } = plan
  const { chunk: channelsEach, tiles } = rangesOf(channels, columns * planes * chunks)
  const from = { side, sums, ...plan.sums, chunks, chunkBytes }
  return call('winogradFilterGradientResult', { ...from, target, channels, columns, channelsEach }, tiles)
}
