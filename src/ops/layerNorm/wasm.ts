/** Layer normalization on WASM: a tile is a range of rows. The sums for scale and shift are added up by tile, in order. */

import type { Affine } from '../affine.ts'
import { type Extent, extentOf } from '../batchNorm/attributes.ts'
import { affineAt, affineBytes } from '../batchNorm/standIns.ts'
import { rangesOf } from '../kernel/ranges.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { LayerNormAttributes } from './attributes.ts'

/** A row's statistics and sums, as float32 and as lanes. */
const rowBytes = 64
/** Rows that are added up in float32 before float64 takes over. */
const group = 64

export const layerNormWasm: WasmKernel<LayerNormAttributes> = {
  workspace: ({ attributes, inputs }) => ({ prepared: affineBytes(extentOf(inputs), attributes), perThread: rowBytes }),
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { chunk, tiles } = rangesOf(extent.rows, extent.channels)
    const [x = 0, ...affine] = at.inputs
    const [y = 0] = at.outputs
    const { scale, shift, fill } = affineAt(extent, attributes, affine, at.prepared)
    const { epsilon } = attributes
    return { prepare: fill, run: [call('layerNormForward', { x, y, scale, shift, ...extent, epsilon, chunk }, tiles)] }
  },
}

const scaleOnly = (attributes: Affine): Affine => ({ ...attributes, shift: false })

/** Partial sums of a tile: [2][channels] float64. */
const partialBytes = ({ channels }: Extent) => channels * 16

export const layerNormGradientWasm: WasmKernel<LayerNormAttributes> = {
  workspace({ attributes, inputs }) {
    const extent = extentOf(inputs)
    const { tiles } = rangesOf(extent.rows, extent.channels, group)
    const perThread = rowBytes + 2 * extent.channels * 4
    return { prepared: affineBytes(extent, scaleOnly(attributes)), shared: tiles * partialBytes(extent), perThread }
  },
  calls({ attributes, inputs }, at) {
    const extent = extentOf(inputs)
    const { channels } = extent
    const { chunk, tiles: count } = rangesOf(extent.rows, channels, group)
    const [x = 0, dy = 0, ...affine] = at.inputs
    const [dx = 0, dscale = 0, dshift = 0] = at.outputs
    const { scale, fill } = affineAt(extent, scaleOnly(attributes), affine, at.prepared)
    const partials = at.shared
    const rows = { x, dy, dx, scale, partials, ...extent, epsilon: attributes.epsilon, group, chunk }
    const sums = { partials, count, step: partialBytes(extent), channels, dscale, dshift }
    return {
      prepare: fill,
      run: [call('layerNormGradient', rows, count), call('layerNormParameterGradient', sums, 1)],
    }
  },
}
