/** Means of weights on WASM: a tile is a range of values. */

import { sizeOf } from '../../../core/shapes.ts'
import { rangesOf } from '../../kernel/ranges.ts'
import { scalarSlots } from '../../scalars.ts'
import type { ArraySpec } from '../../types.ts'
import { call } from '../../wasm/call.ts'
import type { WasmKernel } from '../../wasm/types.ts'
import type { AverageAttributes } from './attributes.ts'

export const averageWasm: WasmKernel<AverageAttributes> = {
  calls({ attributes: { kept, back }, updates }, at) {
    const count = sizeOf((updates[0] as ArraySpec).shape)
    const { chunk, tiles } = rangesOf(count)
    const [scalars = 0] = at.inputs
    const [slow = 0, fast = 0] = at.updates
    const slot = 4 * scalarSlots[kept]
    return { run: [call('weightAverage', { scalars, slot, slow, fast, count, back: back ? 1 : 0, chunk }, tiles)] }
  },
}
