/** Squared error and Huber's loss on WASM: a tile is a range of rows. */

import { rangesOfScores } from '../losses/inputs.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { DistanceAttributes } from './attributes.ts'

export const distanceWasm: WasmKernel<DistanceAttributes> = {
  calls({ attributes: { delta = 0, weight }, inputs }, at) {
    const { tiles, ...sizes } = rangesOfScores(inputs)
    const [y = 0, targets = 0] = at.inputs
    const [losses = 0, gradient = 0] = at.outputs
    return { run: [call('distanceLoss', { y, targets, losses, gradient, delta, weight, ...sizes }, tiles)] }
  },
}
