/** Cross-entropy on WASM: a tile is a range of rows. */

import { rangesOfScores } from '../losses/inputs.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { type CrossEntropyAttributes, hasShares } from './attributes.ts'

export const crossEntropyWasm: WasmKernel<CrossEntropyAttributes> = {
  calls({ attributes, inputs }, at) {
    const { count: classes, tiles, ...sizes } = rangesOfScores(inputs)
    const [logits = 0, labels = 0, classWeights = 0] = at.inputs
    const [losses = 0, hits = 0, probabilities = 0] = at.outputs
    const arrays = { logits, classWeights, losses, hits, probabilities }
    const rest = { ...arrays, ...attributes, ...sizes, classes }
    if (hasShares(inputs)) return { run: [call('crossEntropyShares', { ...rest, shares: labels }, tiles)] }
    return { run: [call('crossEntropy', { ...rest, labels }, tiles)] }
  },
}

export const crossEntropyGradientWasm: WasmKernel<CrossEntropyAttributes> = {
  calls({ attributes, inputs }, at) {
    const { count: classes, tiles, ...sizes } = rangesOfScores(inputs)
    const [probabilities = 0, labels = 0, classWeights = 0] = at.inputs
    const [dlogits = 0] = at.outputs
    const arrays = { probabilities, classWeights, dlogits }
    const rest = { ...arrays, ...attributes, ...sizes, classes }
    if (hasShares(inputs)) return { run: [call('crossEntropySharesGradient', { ...rest, shares: labels }, tiles)] }
    return { run: [call('crossEntropyGradient', { ...rest, labels }, tiles)] }
  },
}
