/**
 * Batch normalization on WASM. Training: partial sums of ranges of rows, one tile that adds them up in a fixed order and
 * makes the statistics, then the rows. The ranges follow from the shapes alone, so the bits do not depend on threads.
 */

import { call } from '../wasm/call.ts'
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

/** Shared workspace: two float64 partial sums per channel and range, then the float32 coefficients of each channel. */
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
  const { chunk, tiles } = rowRanges(extent)
  return call('batchNormApply', { ...addresses, ...extent, floor, chunk }, tiles)
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
    const { epsilon, momentum } = attributes
    const [x, scale, shift] = at.inputs as Addresses<3>
    const [y, mean, inverse] = at.outputs as Addresses<3>
    const [runningMean, runningVariance] = at.updates as Addresses<2>
    const [partials, factor] = [at.shared, coefficientsAt(extent, at.shared)]
    const { group, chunk, tiles: partialCount } = partialRanges(extent)
    const given = { partials, partialCount, ...extent, epsilon, momentum, scale }
    const made = { mean, inverse, factor, runningMean, runningVariance }
    return {
      run: [
        call('batchNormSums', { x, partials, ...extent, group, chunk }, partialCount),
        call('batchNormStatistics', { ...given, ...made }, 1),
        applyCall(extent, floorOf(attributes), { x, y, mean, factor, shift }),
      ],
    }
  },
}

/** factor = scale·inverse, as the first time; then the rows. */
export const batchNormAgainWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ inputs }) => ({ shared: extentOf(inputs).channels * float }),
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { channels } = extent
    const [x, scale, shift, mean, inverse] = at.inputs as Addresses<5>
    const [y] = at.outputs as Addresses<1>
    const factor = at.shared
    return {
      run: [
        call('batchNormProduct', { scale, inverse, factor, channels }, 1),
        applyCall(extent, floorOf(attributes), { x, y, mean, factor, shift }),
      ],
    }
  },
}

type SumAddresses = Record<'x' | 'dy' | 'scale' | 'shift' | 'mean' | 'inverse' | 'dscale' | 'dshift', number>

/** The sums over rows, which are the gradients of scale and shift, and what the input's gradient needs of them. */
function gradientSums(extent: Extent, shared: number, cut: number, addresses: SumAddresses) {
  const { x, dy, scale, shift, mean, inverse, dscale, dshift } = addresses
  const factor = coefficientsAt(extent, shared)
  const slope = factor + extent.channels * float
  const offset = slope + extent.channels * float
  const coefficients = { factor, slope, offset }
  const { group, chunk, tiles: partialCount } = partialRanges(extent)
  const partials = shared
  const sums = { x, dy, scale, shift, mean, inverse, partials, ...extent, cut, group, chunk }
  const statistics = { partials, partialCount, ...extent, scale, inverse, ...coefficients, dscale, dshift }
  return {
    coefficients,
    run: [call('batchNormGradientSums', sums, partialCount), call('batchNormGradientStatistics', statistics, 1)],
  }
}

export const batchNormGradientWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ inputs }) => ({ shared: workspaceBytes(extentOf(inputs), 3), perThread: scratchBytes }),
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const [x, dy, scale, shift, mean, inverse] = at.inputs as Addresses<6>
    const [dx, dscale, dshift] = at.outputs as Addresses<3>
    // Without a ReLU nothing is cut: every value is above −∞.
    const cut = floorOf(attributes)
    const addresses = { x, dy, scale, shift, mean, inverse, dscale, dshift }
    const { coefficients, run } = gradientSums(extent, at.shared, cut, addresses)
    const { chunk, tiles } = rowRanges(extent)
    const apply = { x, dy, dx, mean, shift, ...coefficients, ...extent, cut, chunk }
    return { run: [...run, call('batchNormGradientApply', apply, tiles)] }
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
      prepare: [call('batchNormFactor', { scale, variance, factor, channels, epsilon }, 1)],
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
      prepare: [call('batchNormFactor', { scale, variance, factor, channels, epsilon }, 1)],
      run: [
        call('batchNormZeros', { target: zeros, channels }, 1),
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
    const { channels } = extent
    const [x, dy, mean, variance] = at.inputs as Addresses<4>
    const [dscale, dshift] = at.outputs as Addresses<2>
    const inverse = at.prepared
    // Nothing is cut, so scale and shift do not matter; any finite arrays of a value a channel serve.
    const addresses = { x, dy, scale: inverse, shift: mean, mean, inverse, dscale, dshift }
    return {
      prepare: [call('batchNormInverse', { variance, inverse, channels, epsilon }, 1)],
      run: gradientSums(extent, at.shared, none, addresses).run,
    }
  },
}
