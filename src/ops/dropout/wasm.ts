/** Dropout on WASM: ranges of elements; an element's place in the array, not its tile, decides whether it stays. */

import { rangesOf } from '../kernel/ranges.ts'
import type { WasmKernel } from '../types.ts'
import { keepLimit } from './mask.ts'
import type { DropoutAttributes } from './op.ts'

export const dropoutWasm: WasmKernel<DropoutAttributes> = {
  calls({ attributes: { count, rate, stream } }, at) {
    const { chunk, tiles } = rangesOf(count)
    const limit = keepLimit(rate)
    // Where nothing stays the factor is 0 and the kernel writes zeros.
    const factor = limit === undefined ? 0 : 1 / (1 - rate)
    const args = [...at.inputs, ...at.outputs, count, stream, limit ?? 0, factor, chunk]
    return { run: [{ kernel: 'dropout', args, tiles }] }
  },
}
