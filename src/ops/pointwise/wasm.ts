/** Activation functions on WASM: the table names the kernels; tiles are ranges of values. */

import { sizeOf } from '../../core/index.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { activations, type PointwiseAttributes, parameterOf } from './table.ts'

export const pointwiseWasm: WasmKernel<PointwiseAttributes> = {
  calls({ attributes, outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    const args = [...at.inputs, ...at.outputs, count, parameterOf(attributes), chunk]
    return { run: [{ kernel: activations[attributes.function].kernels.forward, args, tiles }] }
  },
}

export const pointwiseGradientWasm: WasmKernel<PointwiseAttributes> = {
  calls({ attributes, outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    const args = [...at.inputs, ...at.outputs, count, parameterOf(attributes), chunk]
    return { run: [{ kernel: activations[attributes.function].kernels.gradient, args, tiles }] }
  },
}
