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
import { affineAt, affineBytes } from './standIns.ts'

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
  return call('batchNormApply', { ...addresses, ...extent, floor, chunk, ranges: tiles }, tiles)
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
  workspace: ({ attributes, inputs }) => {
    const extent = extentOf(inputs)
    return { shared: workspaceBytes(extent, 1) + affineBytes(extent, attributes), perThread: scratchBytes }
  },
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { epsilon, momentum } = attributes
    const [x = 0, ...affine] = at.inputs
    const { scale, shift, fill } = affineAt(extent, attributes, affine, at.shared + workspaceBytes(extent, 1))
    const [y, mean, inverse] = at.outputs as Addresses<3>
    const [runningMean, runningVariance] = at.updates as Addresses<2>
    const [partials, factor] = [at.shared, coefficientsAt(extent, at.shared)]
    const { group, chunk, tiles: partialCount } = partialRanges(extent)
    const given = { partials, partialCount, ...extent, epsilon, momentum, scale }
    const made = { mean, inverse, factor, runningMean, runningVariance }
    return {
      run: [
        ...fill,
        call('batchNormSums', { x, partials, ...extent, group, chunk, ranges: partialCount }, partialCount),
        call('batchNormStatistics', { ...given, ...made }, 1),
        applyCall(extent, floorOf(attributes), { x, y, mean, factor, shift }),
      ],
    }
  },
}

/** factor = scale·inverse, as the first time; then the rows. */
export const batchNormAgainWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ attributes, inputs }) => {
    const extent = extentOf(inputs)
    return { shared: extent.channels * float + affineBytes(extent, attributes) }
  },
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { channels } = extent
    const [x = 0, ...more] = at.inputs
    const factor = at.shared
    const { scale, shift, others, fill } = affineAt(extent, attributes, more, factor + channels * float)
    const [mean, inverse] = others as unknown as Addresses<2>
    const [y] = at.outputs as Addresses<1>
    return {
      run: [
        ...fill,
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
  const sums = { x, dy, scale, shift, mean, inverse, partials, ...extent, cut, group, chunk, ranges: partialCount }
  const statistics = { partials, partialCount, ...extent, scale, inverse, ...coefficients, dscale, dshift }
  return {
    coefficients,
    run: [call('batchNormGradientSums', sums, partialCount), call('batchNormGradientStatistics', statistics, 1)],
  }
}

export const batchNormGradientWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ attributes, inputs }) => {
    const extent = extentOf(inputs)
    return { shared: workspaceBytes(extent, 3) + affineBytes(extent, attributes), perThread: scratchBytes }
  },
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const [x = 0, dy = 0, ...channels] = at.inputs
    const affine = affineAt(extent, attributes, channels, at.shared + workspaceBytes(extent, 3))
    const { scale, shift, fill } = affine
    const [mean = 0, inverse = 0] = affine.others
    const [dx, dscale, dshift] = at.outputs as Addresses<3>
    // Without a ReLU nothing is cut: every value is above −∞.
    const cut = floorOf(attributes)
    const addresses = { x, dy, scale, shift, mean, inverse, dscale, dshift }
    const { coefficients, run } = gradientSums(extent, at.shared, cut, addresses)
    const { chunk, tiles } = rowRanges(extent)
    const apply = { x, dy, dx, mean, shift, ...coefficients, ...extent, cut, chunk, ranges: tiles }
    return { run: [...fill, ...run, call('batchNormGradientApply', apply, tiles)] }
  },
}

export const trackedNormWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ attributes, inputs }) => {
    const extent = extentOf(inputs)
    return { prepared: extent.channels * float + affineBytes(extent, attributes) }
  },
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { channels } = extent
    const { epsilon } = attributes
    const [x = 0, ...more] = at.inputs
    const [y] = at.outputs as Addresses<1>
    const factor = at.prepared
    const { scale, shift, others, fill } = affineAt(extent, attributes, more, factor + channels * float)
    const [mean = 0, variance = 0] = others
    return {
      prepare: [...fill, call('batchNormFactor', { scale, variance, factor, channels, epsilon }, 1)],
      run: [applyCall(extent, floorOf(attributes), { x, y, mean, factor, shift })],
    }
  },
}

/** dx = (dz − 0)·factor + 0, by the same kernel. */
export const trackedNormInputGradientWasm: WasmKernel<TrackedGradientAttributes> = {
  workspace: ({ attributes, inputs }) => ({
    prepared: extentOf(inputs).channels * float + affineBytes(extentOf(inputs), { ...attributes, shift: false }),
  }),
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { channels } = extent
    const { epsilon } = attributes
    const [x = 0, ...more] = at.inputs
    const [y] = at.outputs as Addresses<1>
    const factor = at.prepared
    const affine = { ...attributes, shift: false } as const
    const { scale, shift: zeros, others, fill } = affineAt(extent, affine, more, factor + channels * float)
    const [variance = 0] = others
    return {
      prepare: [...fill, call('batchNormFactor', { scale, variance, factor, channels, epsilon }, 1)],
      run: [applyCall(extent, none, { x, y, mean: zeros, factor, shift: zeros })],
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
