/** The loss guard on WASM: one call of one tile, as there is one loss a picture. */

import { sizeOf } from '../../core/index.ts'
import type { ArraySpec } from '../types.ts'
import type { WasmKernel } from '../wasm/types.ts'

export const lossGuardWasm: WasmKernel<object> = {
  calls({ inputs }, at) {
    const [losses] = inputs as readonly [ArraySpec]
    return { run: [{ kernel: 'lossGuard', args: [...at.inputs, ...at.updates, sizeOf(losses.shape)], tiles: 1 }] }
  },
}
