/**
 * Convolution on WASM: for each direction a list of ways to compute it, of which the first that takes a geometry is used. A
 * filter that covers the whole picture is a matrix product (dense/), as many groups as channels are independent sums
 * (depthwise/), 3×3 with stride 1 mostly goes by Winograd's method (winograd/, by the rule of choice.ts), all else is a
 * product whose left matrix is read in place (product/, filterGradient/).
 */

import type { WasmKernel } from '../wasm/types.ts'
import { denseForward, denseInputGradient } from './dense/wasm.ts'
import { depthwiseFilterGradient } from './depthwise/filterGradient.ts'
import { depthwiseForward, depthwiseInputGradient } from './depthwise/wasm.ts'
import { denseFilterGradient, productFilterGradient } from './filterGradient/wasm.ts'
import { foldingNorm } from './fold/wasm.ts'
import type { Conv2dAttributes, Conv2dGeometry } from './geometry.ts'
import { productForward, productInputGradient } from './product/wasm.ts'
import type { TransposedAttributes } from './transposed/attributes.ts'
import { kernelOfWays } from './ways.ts'
import { winogradFilterGradient } from './winograd/filterGradient/wasm.ts'
import { winogradForward, winogradInputGradient } from './winograd/wasm.ts'

export { channelSumWasm } from './channelSum/wasm.ts'

/** The last of each takes everything. */
export const conv2dWays = {
  forward: [denseForward, depthwiseForward, winogradForward(4), winogradForward(2), productForward],
  inputGradient: [
    denseInputGradient,
    depthwiseInputGradient,
    winogradInputGradient(4),
    winogradInputGradient(2),
    productInputGradient,
  ],
  filterGradient: [
    denseFilterGradient,
    depthwiseFilterGradient,
    winogradFilterGradient(4),
    winogradFilterGradient(2),
    productFilterGradient,
  ],
} as const

/** inputs [x, filters, bias?, and where a norm was absorbed: scale, shift, mean, variance] → [y] */
export const conv2dWasm: WasmKernel<Conv2dAttributes> = foldingNorm(
  kernelOfWays(conv2dWays.forward, ({ inputs, outputs, prepared, shared }, attributes) => {
    const [source = 0, filters = 0, biases = 0] = inputs
    return { source, filters, bias: attributes.bias ? biases : 0, target: outputs[0] ?? 0, prepared, shared }
  }),
)

/** Transposed convolution with a bias, or an activation at its store: of the ways, only a product's store does these. */
const storedTransposed: WasmKernel<TransposedAttributes> = kernelOfWays(
  [productInputGradient],
  ({ inputs, outputs, prepared, shared }, attributes) => {
    const [source = 0, filters = 0, biases = 0] = inputs
    return { source, filters, bias: attributes.bias ? biases : 0, target: outputs[0] ?? 0, prepared, shared }
  },
)

const kernelOfTransposed = ({ attributes: { bias, activation } }: { readonly attributes: TransposedAttributes }) =>
  bias || activation !== 'none' ? storedTransposed : inputGradientWasm

/** inputs [x, filters, bias?] → [y] */
export const transposedWasm: WasmKernel<TransposedAttributes> = {
  amplification: (step, context) => kernelOfTransposed(step).amplification?.(step, context) ?? 1,
  workspace: (step, context) => kernelOfTransposed(step).workspace?.(step, context) ?? {},
  calls: (step, at, context) => kernelOfTransposed(step).calls(step, at, context),
}

/** inputs [dy, filters] → [dx] */
export const inputGradientWasm: WasmKernel<Conv2dGeometry> = kernelOfWays(
  conv2dWays.inputGradient,
  ({ inputs, outputs, prepared, shared }) => {
    const [source = 0, filters = 0] = inputs
    return { source, filters, bias: 0, target: outputs[0] ?? 0, prepared, shared }
  },
)

/** inputs [x, dy] → [dfilters] */
export const filterGradientWasm: WasmKernel<Conv2dGeometry> = kernelOfWays(
  conv2dWays.filterGradient,
  ({ inputs, outputs, shared }) => {
    const [source = 0, gradient = 0] = inputs
    return { source, gradient, target: outputs[0] ?? 0, shared }
  },
)
