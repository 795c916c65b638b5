/** Clipping on WASM: a tile is a chunk of one gradient; then one call adds up the few norms in order. */

import { sizeOf } from '../../core/shapes.ts'
import type { ArraySpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { ClipScaleAttributes } from './attributes.ts'
import { NORM_CHUNK, normChunks } from './chunks.ts'

export const clipNormsWasm: WasmKernel<object> = {
  calls({ inputs }, at) {
    const count = sizeOf((inputs[0] as ArraySpec).shape)
    const [gradient = 0] = at.inputs
    const [norms = 0] = at.outputs
    return { run: [call('clipNorms', { gradient, norms, count, chunk: NORM_CHUNK }, normChunks(count))] }
  },
}

export const clipScaleWasm: WasmKernel<ClipScaleAttributes> = {
  // The sum of squares, one f64.
  workspace: () => ({ shared: 8 }),
  calls({ attributes: { maxNorm }, inputs }, at) {
    const sum = at.shared
    const [scalars = 0] = at.updates
    const sums = inputs.map(({ shape }, i) => {
      const norms = at.inputs[i] ?? 0
      return call('clipSum', { norms, sum, count: sizeOf(shape), first: i === 0 ? 1 : 0 }, 1)
    })
    // Without any gradient the sum is still to be set to 0.
    if (sums.length === 0) sums.push(call('clipSum', { norms: 0, sum, count: 0, first: 1 }, 1))
    return { run: [...sums, call('clipScale', { scalars, sum, maxNorm }, 1)] }
  },
}
