/** The hinge loss on WASM: a tile is a range of rows. */

import { rangesOfScores } from '../losses/inputs.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { HingeAttributes } from './attributes.ts'

export const hingeWasm: WasmKernel<HingeAttributes> = {
  calls({ attributes: { margin, squared, weight }, inputs }, at) {
    const { count: classes, tiles, ...sizes } = rangesOfScores(inputs)
    const [scores = 0, labels = 0, classWeights = 0] = at.inputs
    const [losses = 0, hits = 0, gradient = 0] = at.outputs
    const arrays = { scores, labels, classWeights, losses, hits, gradient }
    const numbers = { margin, squared: squared ? 1 : 0, weight }
    return { run: [call('hingeLoss', { ...arrays, ...numbers, ...sizes, classes }, tiles)] }
  },
}
