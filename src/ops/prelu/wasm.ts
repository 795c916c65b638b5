/** PReLU on WASM: tiles are ranges of rows; of the slopes' gradients, 16 channels of an image. */

import { channelRows, channelSumsOf } from '../kernel/channelTiles.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'

export const preluWasm: WasmKernel<object> = {
  calls(step, at) {
    const { sizes, tiles } = channelRows(step)
    const [x = 0, slope = 0] = at.inputs
    return { run: [call('preluForward', { x, slope, y: at.outputs[0] ?? 0, ...sizes }, tiles)] }
  },
}

export const preluGradientWasm: WasmKernel<object> = {
  calls(step, at) {
    const { sizes, tiles } = channelRows(step)
    const [x = 0, slope = 0, dy = 0] = at.inputs
    return { run: [call('preluGradient', { x, slope, dy, dx: at.outputs[0] ?? 0, ...sizes }, tiles)] }
  },
}

export const preluSlopeGradientWasm: WasmKernel<object> = {
  calls(step, at) {
    const { sizes, tiles } = channelSumsOf(step)
    const [x = 0, dy = 0] = at.inputs
    return { run: [call('preluSlopeGradient', { x, dy, sums: at.outputs[0] ?? 0, ...sizes }, tiles)] }
  },
}
