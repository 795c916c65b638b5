/**
 * Batch normalization on WASM. Training: partial sums of ranges of rows, one tile that adds them up in a fixed order and
 * makes the statistics, then the rows. The ranges follow from the shapes alone, so the bits do not depend on threads.
 */

import type { WasmAddresses, WasmCall, WasmKernel } from '../types.ts'
import { type BatchNormAttributes, partialRanges, rowRanges, type TrainingAttributes } from './attributes.ts'

const float = 4
const double = 8
/** Eight channels' pivots and two sums of each. */
const scratchBytes = 3 * 8 * float

/** Shared workspace: two float64 partial sums a channel and range, then so many float32 coefficients a channel. */
function workspaceBytes(attributes: BatchNormAttributes, coefficients: number): number {
  return coefficientsAt(attributes, 0) + coefficients * attributes.channels * float
}

function coefficientsAt(attributes: BatchNormAttributes, shared: number): number {
  return shared + partialRanges(attributes).tiles * attributes.channels * 2 * double
}

/** y = max((x − mean)·factor + shift, floor) */
function applyCall(
  attributes: BatchNormAttributes,
  addresses: Record<'x' | 'y' | 'mean' | 'factor' | 'shift', number>,
): WasmCall {
  const { rows, channels } = attributes
  const { chunk, tiles } = rowRanges(attributes)
  const { x, y, mean, factor, shift } = addresses
  return {
    kernel: 'batchNormApply',
    args: [x, y, mean, factor, shift, rows, channels, floorOf(attributes), chunk],
    tiles,
  }
}

function floorOf({ activation }: BatchNormAttributes): number {
  return activation === 'relu' ? 0 : Number.NEGATIVE_INFINITY
}

type Addresses<N extends number, T extends readonly number[] = []> = T['length'] extends N
  ? T
  : Addresses<N, readonly [...T, number]>

export const batchNormWasm: WasmKernel<TrainingAttributes> = {
  workspace: ({ attributes }) => ({ shared: workspaceBytes(attributes, 1), perThread: scratchBytes }),
  calls({ attributes }, at: WasmAddresses) {
    const { rows, channels, epsilon, momentum } = attributes
    const [x, scale, shift] = at.inputs as Addresses<3>
    const [y, mean, inverse] = at.outputs as Addresses<3>
    const factor = coefficientsAt(attributes, at.shared)
    const { group, chunk, tiles: partials } = partialRanges(attributes)
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
        applyCall(attributes, { x, y, mean, factor, shift }),
      ],
    }
  },
}

export const batchNormGradientWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ attributes }) => ({ shared: workspaceBytes(attributes, 3), perThread: scratchBytes }),
  calls({ attributes }, at) {
    const { rows, channels } = attributes
    const [x, dy, scale, shift, mean, inverse] = at.inputs as Addresses<6>
    const [dx, dscale, dshift] = at.outputs as Addresses<3>
    const factor = coefficientsAt(attributes, at.shared)
    const slope = factor + channels * float
    const offset = slope + channels * float
    const { group, chunk: partialChunk, tiles: partials } = partialRanges(attributes)
    const { chunk, tiles } = rowRanges(attributes)
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

export const batchNormInferenceWasm: WasmKernel<BatchNormAttributes> = {
  workspace: ({ attributes }) => ({ prepared: attributes.channels * float }),
  calls({ attributes }, at) {
    const { channels, epsilon } = attributes
    const [x, scale, shift, mean, variance] = at.inputs as Addresses<5>
    const [y] = at.outputs as Addresses<1>
    const factor = at.prepared
    return {
      prepare: [{ kernel: 'batchNormFactor', args: [scale, variance, factor, channels, epsilon], tiles: 1 }],
      run: [applyCall(attributes, { x, y, mean, factor, shift })],
    }
  },
}
