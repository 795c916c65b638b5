/**
 * Batch normalization on WASM. Training: partial sums of ranges of rows, one tile that adds them up in a fixed order and
 * makes the statistics, then the rows. The ranges follow from the shapes alone, so the bits do not depend on threads.
 */

import type { WasmCall, WasmKernel } from '../wasm/types.ts'
import {
  type BatchNormAttributes,
  type Extent,
  extentOf,
  partialRanges,
  rowRanges,
  type TrackedGradientAttributes,
  type TrainingAttributes,
} from './attributes.ts'

const float = 4
const double = 8
/** Eight channels' pivots and two sums of each. */
const scratchBytes = 3 * 8 * float

/** Shared workspace: two float64 partial sums a channel and range, then so many float32 coefficients a channel. */
function workspaceBytes(extent: Extent, coefficients: number): number {
  return coefficientsAt(extent, 0) + coefficients * extent.channels * float
}

function coefficientsAt(extent: Extent, shared: number): number {
  return shared + partialRanges(extent).tiles * extent.channels * 2 * double
}

/** y = max((x − mean)·factor + shift, floor) */
function applyCall(
  extent: Extent,
  floor: number,
  addresses: Record<'x' | 'y' | 'mean' | 'factor' | 'shift', number>,
): WasmCall {
  const { rows, channels } = extent
  const { chunk, tiles } = rowRanges(extent)
  const { x, y, mean, factor, shift } = addresses
  return {
    kernel: 'batchNormApply',
    args: [x, y, mean, factor, shift, rows, channels, floor, chunk],
    tiles,
  }
}

function floorOf({ activation }: BatchNormAttributes): number {
  return activation === 'relu' ? 0 : none
}

/** No value is below it. */
const none = Number.NEGATIVE_INFINITY

type Addresses<N extends number, T extends readonly number[] = []> = T['length'] extends N
  ? T
  : Addresses<N, readonly [...T, number]>

export const batchNormWasm: WasmKernel<TrainingAttributes> = {
  workspace: ({ inputs }) => ({ shared: workspaceBytes(extentOf(inputs), 1), perThread: scratchBytes }),
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { rows, channels } = extent
    const { epsilon, momentum } = attributes
    const [x, scale, shift] = at.inputs as Addresses<3>
    const [y, mean, inverse] = at.outputs as Addresses<3>
    const factor = coefficientsAt(extent, at.shared)
    const { group, chunk, tiles: partials } = partialRanges(extent)
    const statistics = [
      at.shared,
      partials,
      rows,
      channels,
      epsilon,
      momentum,
      scale,
      mean,
      inverse,
      factor,
      ...at.updates,
    ]
    return {
      run: [
        { kernel: 'batchNormSums', args: [x, at.shared, rows, channels, group, chunk], tiles: partials },
        { kernel: 'batchNormStatistics', args: statistics, tiles: 1 },
        applyCall(extent, floorOf(attributes), { x, y, mean, factor, shift }),
      ],
    }
  },
}

export const batchNormGradientWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ inputs }) => ({ shared: workspaceBytes(extentOf(inputs), 3), perThread: scratchBytes }),
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { rows, channels } = extent
    const [x, dy, scale, shift, mean, inverse] = at.inputs as Addresses<6>
    const [dx, dscale, dshift] = at.outputs as Addresses<3>
    const factor = coefficientsAt(extent, at.shared)
    const slope = factor + channels * float
    const offset = slope + channels * float
    const { group, chunk: partialChunk, tiles: partials } = partialRanges(extent)
    const { chunk, tiles } = rowRanges(extent)
    // Without a ReLU nothing is cut: every value is above −∞.
    const cut = floorOf(attributes)
    return {
      run: [
        {
          kernel: 'batchNormGradientSums',
          args: [x, dy, scale, shift, mean, inverse, at.shared, rows, channels, cut, group, partialChunk],
          tiles: partials,
        },
        {
          kernel: 'batchNormGradientStatistics',
          args: [at.shared, partials, rows, channels, scale, inverse, factor, slope, offset, dscale, dshift],
          tiles: 1,
        },
        {
          kernel: 'batchNormGradientApply',
          args: [x, dy, dx, mean, factor, shift, slope, offset, rows, channels, cut, chunk],
          tiles,
        },
      ],
    }
  },
}

export const trackedNormWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ inputs }) => ({ prepared: extentOf(inputs).channels * float }),
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { channels } = extent
    const { epsilon } = attributes
    const [x, scale, shift, mean, variance] = at.inputs as Addresses<5>
    const [y] = at.outputs as Addresses<1>
    const factor = at.prepared
    return {
      prepare: [{ kernel: 'batchNormFactor', args: [scale, variance, factor, channels, epsilon], tiles: 1 }],
      run: [applyCall(extent, floorOf(attributes), { x, y, mean, factor, shift })],
    }
  },
}

/** dx = (dz − 0)·factor + 0, by the same kernel: shared workspace holds the zeros. */
export const trackedNormInputGradientWasm: WasmKernel<TrackedGradientAttributes> = {
  workspace: ({ inputs }) => ({
    prepared: extentOf(inputs).channels * float,
    shared: extentOf(inputs).channels * float,
  }),
  calls({ attributes: { epsilon }, inputs }, at) {
    const extent = extentOf(inputs)
    const { channels } = extent
    const [x, scale, variance] = at.inputs as Addresses<3>
    const [y] = at.outputs as Addresses<1>
    const [factor, zeros] = [at.prepared, at.shared]
    return {
      prepare: [{ kernel: 'batchNormFactor', args: [scale, variance, factor, channels, epsilon], tiles: 1 }],
      run: [
        { kernel: 'batchNormZeros', args: [zeros, channels], tiles: 1 },
        applyCall(extent, none, { x, y, mean: zeros, factor, shift: zeros }),
      ],
    }
  },
}

/** The sums are those of the gradient by the batch's statistics. */
export const trackedNormParameterGradientWasm: WasmKernel<TrackedGradientAttributes> = {
  workspace: ({ inputs }) => ({
    prepared: extentOf(inputs).channels * float,
    shared: workspaceBytes(extentOf(inputs), 3),
    perThread: scratchBytes,
  }),
  calls({ attributes: { epsilon }, inputs }, at) {
    const extent = extentOf(inputs)
    const { rows, channels } = extent
    const [x, dz, mean, variance] = at.inputs as Addresses<4>
    const [dscale, dshift] = at.outputs as Addresses<2>
    const inverse = at.prepared
    const factor = coefficientsAt(extent, at.shared)
    const slope = factor + channels * float
    const offset = slope + channels * float
    const { group, chunk, tiles: partials } = partialRanges(extent)
    return {
      prepare: [{ kernel: 'batchNormInverse', args: [variance, inverse, channels, epsilon], tiles: 1 }],
      run: [
        {
          kernel: 'batchNormGradientSums',
          // Nothing is cut, so scale and shift do not matter; any finite arrays of a value a channel serve.
          args: [x, dz, inverse, mean, mean, inverse, at.shared, rows, channels, none, group, chunk],
          tiles: partials,
        },
        {
          kernel: 'batchNormGradientStatistics',
          args: [at.shared, partials, rows, channels, inverse, inverse, factor, slope, offset, dscale, dshift],
          tiles: 1,
        },
      ],
    }
  },
}
