/** Activation functions on WASM: each has a pair of kernels of its name; tiles are ranges of values. */

import { sizeOf } from '../../core/shapes.ts'
import { rangesOf } from '../kernel/ranges.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { type PointwiseAttributes, parameterOf } from './table.ts'

export const pointwiseWasm: WasmKernel<PointwiseAttributes> = {
  calls({ attributes, outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    const [x = 0] = at.inputs
    const [y = 0] = at.outputs
    const parameter = parameterOf(attributes)
    return { run: [call(`${attributes.function}Forward`, { x, y, count, parameter, chunk }, tiles)] }
  },
}

export const pointwiseGradientWasm: WasmKernel<PointwiseAttributes> = {
  calls({ attributes, outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    const [kept = 0, dy = 0] = at.inputs
    const [dx = 0] = at.outputs
    const parameter = parameterOf(attributes)
    return { run: [call(`${attributes.function}Gradient`, { kept, dy, dx, count, parameter, chunk }, tiles)] }
  },
}
