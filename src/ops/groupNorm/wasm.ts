/**
 * Group normalization on WASM: the sums over the channels of each image, and the rows, by the kernels of batch
 * normalization; between them the statistics of the groups, one image per tile.
 */

import type { ArraySpec } from '../arrays.ts'
import { type BatchNormAttributes, partialRanges, rowRanges } from '../batchNorm/attributes.ts'
import { affineAt, affineBytes } from '../batchNorm/standIns.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { type GroupNormAttributes, type PictureExtent, picturesExtent } from './attributes.ts'

/** Eight channels' pivots and two sums of each. */
const scratchBytes = 3 * 8 * 4

const floorOf = ({ activation }: BatchNormAttributes) => (activation === 'relu' ? 0 : Number.NEGATIVE_INFINITY)

/**
 * Shared workspace: two float64 partial sums of each channel for each range of each picture, then `coefficients` float32
 * arrays [n, channels], then what takes the place of scale and shift.
 */
function layOut(inputs: readonly ArraySpec[], coefficients: number) {
  const extent = picturesExtent(inputs)
  const partial = partialRanges(extent)
  const apart = rowRanges(extent)
  const partialBytes = extent.pictures * partial.tiles * extent.channels * 16
  const arrayBytes = extent.pictures * extent.channels * 4
  return {
    extent,
    rows: { rows: extent.rows, channels: extent.channels },
    partial: { group: partial.group, chunk: partial.chunk, ranges: partial.tiles },
    apply: { chunk: apart.chunk, ranges: apart.tiles },
    coefficient: (i: number) => partialBytes + i * arrayBytes,
    standIns: partialBytes + coefficients * arrayBytes,
  }
}

const tilesOf = ({ pictures }: PictureExtent, { ranges }: { readonly ranges: number }) => pictures * ranges

export const groupNormWasm: WasmKernel<GroupNormAttributes> = {
  workspace({ attributes, inputs }) {
    const { extent, standIns } = layOut(inputs, 1)
    return { shared: standIns + affineBytes(extent, attributes), perThread: scratchBytes }
  },
  calls({ attributes, inputs }, at) {
    const { extent, rows, partial, apply, coefficient, standIns } = layOut(inputs, 1)
    const { epsilon, groups } = attributes
    const [x = 0, ...affine] = at.inputs
    const [y = 0, mean = 0, inverse = 0] = at.outputs
    const partials = at.shared
    const factor = at.shared + coefficient(0)
    const { scale, shift, fill } = affineAt(extent, attributes, affine, at.shared + standIns)
    const statistics = { partials, ranges: partial.ranges, ...rows, groups, epsilon, scale, mean, inverse, factor }
    const values = { x, y, mean, factor, shift, ...rows, floor: floorOf(attributes), ...apply }
    return {
      run: [
        ...fill,
        call('batchNormSums', { x, partials, ...rows, ...partial }, tilesOf(extent, partial)),
        call('groupNormStatistics', statistics, extent.pictures),
        call('batchNormApply', values, tilesOf(extent, apply)),
      ],
    }
  },
}

export const groupNormGradientWasm: WasmKernel<GroupNormAttributes> = {
  workspace({ attributes, inputs }) {
    const { extent, standIns } = layOut(inputs, 3)
    return { shared: standIns + affineBytes(extent, attributes), perThread: scratchBytes }
  },
  calls({ attributes, inputs }, at) {
    const { extent, rows, partial, apply, coefficient, standIns } = layOut(inputs, 3)
    const [x = 0, dy = 0, mean = 0, inverse = 0, ...affine] = at.inputs
    const [dx = 0, dscale = 0, dshift = 0] = at.outputs
    const partials = at.shared
    const [factor, slope, offset] = [0, 1, 2].map((i) => at.shared + coefficient(i)) as [number, number, number]
    const { scale, shift, fill } = affineAt(extent, attributes, affine, at.shared + standIns)
    const { pictures, channels } = extent
    const { ranges } = partial
    const cut = floorOf(attributes)
    const sums = { x, dy, scale, shift, mean, inverse, partials, ...rows, cut, ...partial }
    const coefficients = { factor, slope, offset }
    const statistics = { partials, ranges, ...rows, groups: attributes.groups, scale, inverse, ...coefficients }
    const learned = { partials, count: pictures, step: ranges * channels * 16, channels, dscale, dshift }
    const values = { x, dy, dx, mean, shift, ...coefficients, ...rows, cut, ...apply }
    return {
      run: [
        ...fill,
        call('batchNormGradientSums', sums, tilesOf(extent, partial)),
        call('groupNormGradientStatistics', statistics, pictures),
        call('layerNormParameterGradient', learned, 1),
        call('batchNormGradientApply', values, tilesOf(extent, apply)),
      ],
    }
  },
}
