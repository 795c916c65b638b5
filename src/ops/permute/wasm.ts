/** Transposition on WASM: a tile is a range of blocks, which are the two fastest axes of the result. */

import { picturesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { type PermuteAttributes, walks } from './attributes.ts'

const single = { length: 1, step: 0 }

export const permuteWasm: WasmKernel<PermuteAttributes> = {
  calls({ attributes, inputs: [spec] }, at) {
    const [a = single, b = single, c = single, rows = single, columns = single] = [
      ...new Array<typeof single>(5 - attributes.order.length).fill(single),
      ...walks(attributes),
    ]
    const blocks = picturesOf(spec as ArraySpec) * a.length * b.length * c.length
    const { chunk, tiles } = rangesOf(blocks, rows.length * columns.length)
    const [x = 0, y = 0] = [...at.inputs, ...at.outputs]
    const lengths = {
      lengthA: a.length,
      lengthB: b.length,
      lengthC: c.length,
      rows: rows.length,
      columns: columns.length,
    }
    const steps = {
      stepA: 4 * a.step,
      stepB: 4 * b.step,
      stepC: 4 * c.step,
      row: 4 * rows.step,
      column: 4 * columns.step,
    }
    return { run: [call('permute', { x, y, ...lengths, ...steps, blocks, chunk }, tiles)] }
  },
}
