/** The loss guard on WASM: one call of one tile, as there is one loss per picture. */

import { sizeOf } from '../../core/shapes.ts'
import type { ArraySpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'

export const lossGuardWasm: WasmKernel<object> = {
  calls({ inputs }, at) {
    const count = sizeOf((inputs[0] as ArraySpec).shape)
    const [losses = 0] = at.inputs
    const [scalars = 0] = at.updates
    return { run: [call('lossGuard', { losses, scalars, count }, 1)] }
  },
}
