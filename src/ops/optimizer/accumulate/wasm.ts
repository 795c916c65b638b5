/** Sums of gradients on WASM: a tile is a range of values. */

import { sizeOf } from '../../../core/shapes.ts'
import { rangesOf } from '../../kernel/ranges.ts'
import type { ArraySpec } from '../../types.ts'
import { call } from '../../wasm/call.ts'
import type { WasmKernel } from '../../wasm/types.ts'
import type { AccumulateAttributes } from './attributes.ts'

export const accumulateWasm: WasmKernel<AccumulateAttributes> = {
  calls({ attributes: { batches }, updates }, at) {
    const count = sizeOf((updates[0] as ArraySpec).shape)
    const { chunk, tiles } = rangesOf(count)
    const [gradient = 0, scalars = 0] = at.inputs
    const [sum = 0] = at.updates
    return { run: [call('gradientSum', { gradient, scalars, sum, count, share: 1 / batches, chunk }, tiles)] }
  },
}
