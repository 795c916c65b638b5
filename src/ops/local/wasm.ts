/**
 * Locally connected layers on WASM: products of a position's filters, which are read where they are. A tile is a range of
 * output positions; for the input gradient, of input positions, so that every value is written once.
 */

import { sizeOf } from '../../core/shapes.ts'
import { type ArraySpec, picturesOf } from '../arrays.ts'
import { evenPiece, tilesWanted } from '../conv2d/blocks.ts'
import { channelSumWasm } from '../conv2d/wasm.ts'
import { boundsOf } from '../pointwise/table.ts'
import { f32 } from '../specs.ts'
import type { StepSpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { type LocalAttributes, type LocalGeometry, macs } from './attributes.ts'

function sizesOf({ attributes: { window, channels, filters }, inputs }: StepSpec<LocalGeometry>) {
  const [height, width] = window.input
  const [outHeight, outWidth] = window.output
  const [tapsY, tapsX] = window.kernel
  const [strideY, strideX] = window.stride
  const [top, left] = window.padding
  const [dilationY, dilationX] = window.dilation
  const slide = { outHeight, outWidth, tapsY, tapsX, strideY, strideX, top, left, dilationY, dilationX }
  return { images: picturesOf(inputs[0] as ArraySpec), height, width, channels, filters, ...slide }
}

/** Positions a tile. */
function ranges(step: StepSpec<LocalGeometry>, positions: number) {
  const chunk = evenPiece(positions, positions / tilesWanted(macs(step)))
  return { chunk, tiles: Math.ceil(positions / chunk) }
}

/** inputs [x, filters, bias?] → [y] */
export const localWasm: WasmKernel<LocalAttributes> = {
  calls(step, at) {
    const [x = 0, weights = 0, bias = 0] = at.inputs
    const [y = 0] = at.outputs
    const [floor, ceiling] = boundsOf(step.attributes.activation)
    const sizes = sizesOf(step)
    const { chunk, tiles } = ranges(step, sizes.outHeight * sizes.outWidth)
    return { run: [call('localForward', { x, weights, bias, y, ...sizes, floor, ceiling, chunk }, tiles)] }
  },
}

/** inputs [dy, filters] → [dx] */
export const localInputGradientWasm: WasmKernel<LocalGeometry> = {
  calls(step, at) {
    const [dy = 0, weights = 0] = at.inputs
    const [dx = 0] = at.outputs
    const sizes = sizesOf(step)
    const { chunk, tiles } = ranges(step, sizes.height * sizes.width)
    return { run: [call('localInputGradient', { dy, weights, dx, ...sizes, chunk }, tiles)] }
  },
}

/** inputs [x, dy] → [dfilters] */
export const localFilterGradientWasm: WasmKernel<LocalGeometry> = {
  calls(step, at) {
    const [x = 0, dy = 0] = at.inputs
    const [weights = 0] = at.outputs
    const sizes = sizesOf(step)
    const { chunk, tiles } = ranges(step, sizes.outHeight * sizes.outWidth)
    return { run: [call('localFilterGradient', { x, dy, weights, ...sizes, chunk }, tiles)] }
  },
}

/** dy as rows of one image: the sum of a convolution's bias. */
const rowsOfImages = ({ inputs, ...step }: StepSpec<LocalGeometry>): StepSpec<object> => {
  const [dy] = inputs as readonly [ArraySpec]
  const images = picturesOf(dy)
  return { ...step, inputs: [f32(images, sizeOf(dy.shape) / images)] }
}

/** inputs [dy] → [dbias] */
export const localBiasGradientWasm: WasmKernel<LocalGeometry> = {
  workspace: (step, context) => channelSumWasm.workspace?.(rowsOfImages(step), context) ?? {},
  calls: (step, at, context) => channelSumWasm.calls(rowsOfImages(step), at, context),
}
