/** Dropout on WASM: ranges of elements; an element's place in the array, not its tile, decides whether it stays. */

import { sizeOf } from '../../core/index.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { DropoutAttributes } from './attributes.ts'
import { keepLimit } from './mask.ts'

export const dropoutWasm: WasmKernel<DropoutAttributes> = {
  calls({ attributes: { rate, stream }, inputs }, at) {
    const [x] = inputs as readonly [ArraySpec]
    const count = sizeOf(x.shape)
    const { chunk, tiles } = rangesOf(count)
    const limit = keepLimit(rate)
    // Where nothing stays the factor is 0 and the kernel writes zeros.
    const factor = limit === undefined ? 0 : 1 / (1 - rate)
    const args = [...at.inputs, ...at.outputs, count, stream, limit ?? 0, factor, chunk]
    return { run: [{ kernel: 'dropout', args, tiles }] }
  },
}
