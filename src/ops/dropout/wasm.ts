/** Dropout on WASM: ranges of elements; an element's place in the array, not its tile, decides whether it stays. */

import { sizeOf } from '../../core/shapes.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { DropoutAttributes } from './attributes.ts'
import { keepLimit } from './mask.ts'

export const dropoutWasm: WasmKernel<DropoutAttributes> = {
  calls({ attributes: { rate, stream }, inputs }, at) {
    const count = sizeOf((inputs[0] as ArraySpec).shape)
    const { chunk, tiles } = rangesOf(count)
    const kept = keepLimit(rate)
    // Where nothing stays the factor is 0 and the kernel writes zeros.
    const [limit, factor] = kept === undefined ? [0, 0] : [kept, 1 / (1 - rate)]
    const [x = 0, seed = 0] = at.inputs
    const [y = 0] = at.outputs
    return { run: [call('dropout', { x, seed, y, count, stream, limit, factor, chunk }, tiles)] }
  },
}
