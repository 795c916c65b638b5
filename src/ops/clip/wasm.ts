/** Clipping on WASM: a tile is a chunk of one gradient; then one call adds up the few norms in order. */

import { sizeOf } from '../../core/index.ts'
import type { ArraySpec } from '../types.ts'
import type { WasmCall, WasmKernel } from '../wasm/types.ts'
import type { ClipScaleAttributes } from './attributes.ts'
import { NORM_CHUNK, normChunks } from './chunks.ts'

export const clipNormsWasm: WasmKernel<object> = {
  calls({ inputs }, at) {
    const [gradient] = inputs as readonly [ArraySpec]
    const count = sizeOf(gradient.shape)
    const args = [...at.inputs, ...at.outputs, count, NORM_CHUNK]
    return { run: [{ kernel: 'clipNorms', args, tiles: normChunks(count) }] }
  },
}

export const clipScaleWasm: WasmKernel<ClipScaleAttributes> = {
  // The sum of squares, one f64.
  workspace: () => ({ shared: 8 }),
  calls({ attributes: { maxNorm }, inputs }, at) {
    const sum = at.shared
    const sums = inputs.map(({ shape }, i): WasmCall => {
      const first = i === 0 ? 1 : 0
      return { kernel: 'clipSum', args: [at.inputs[i] ?? 0, sum, sizeOf(shape), first], tiles: 1 }
    })
    // Without any gradient the sum is still to be set to 0.
    if (sums.length === 0) sums.push({ kernel: 'clipSum', args: [0, sum, 0, 1], tiles: 1 })
    return { run: [...sums, { kernel: 'clipScale', args: [...at.updates, sum, maxNorm], tiles: 1 }] }
  },
}
