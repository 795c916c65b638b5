/** Addition on WASM: a tile is a range of values. */

import { sizeOf } from '../../core/shapes.ts'
import { rangesOf } from '../kernel/ranges.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { AddAttributes } from './attributes.ts'

export const addWasm: WasmKernel<AddAttributes> = {
  calls({ attributes, outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    const floor = attributes.activation === 'relu' ? 0 : Number.NEGATIVE_INFINITY
    const [a = 0, b = 0] = at.inputs
    const [y = 0] = at.outputs
    return { run: [call('addForward', { a, b, y, count, floor, chunk }, tiles)] }
  },
}
