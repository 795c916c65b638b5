/** Sigmoid cross-entropy on WASM: a tile is a range of rows. */

import { rangesOfScores } from '../losses/inputs.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { SigmoidCrossEntropyAttributes } from './attributes.ts'

export const sigmoidCrossEntropyWasm: WasmKernel<SigmoidCrossEntropyAttributes> = {
  calls({ attributes: { weight }, inputs }, at) {
    const { tiles, ...sizes } = rangesOfScores(inputs)
    const [scores = 0, targets = 0, positiveWeights = 0] = at.inputs
    const [losses = 0, hits = 0, gradient = 0] = at.outputs
    const arrays = { scores, targets, positiveWeights, losses, hits, gradient }
    return { run: [call('sigmoidLoss', { ...arrays, weight, ...sizes }, tiles)] }
  },
}
