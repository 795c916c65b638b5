/** Addition on WASM: a tile is a range of values. */

import { sizeOf } from '../../core/index.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { AddAttributes } from './attributes.ts'

export const addWasm: WasmKernel<AddAttributes> = {
  calls({ attributes, outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    const floor = attributes.activation === 'relu' ? 0 : Number.NEGATIVE_INFINITY
    return { run: [{ kernel: 'addForward', args: [...at.inputs, ...at.outputs, count, floor, chunk], tiles }] }
  },
}
