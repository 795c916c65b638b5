/** Products on WASM: tiles are ranges of values or of rows; of the sums, 16 channels of an image. */

import { sizeOf } from '../../core/shapes.ts'
import type { ArraySpec } from '../arrays.ts'
import { channelRows, channelSumsOf } from '../kernel/channelTiles.ts'
import { rangesOf } from '../kernel/ranges.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { NumberAttributes } from './attributes.ts'

export const multiplyWasm: WasmKernel<object> = {
  calls({ outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    const [a = 0, b = 0] = at.inputs
    return { run: [call('multiplyForward', { a, b, y: at.outputs[0] ?? 0, count, chunk }, tiles)] }
  },
}

export const multiplyChannelsWasm: WasmKernel<object> = {
  calls(step, at) {
    const { sizes, tiles } = channelRows(step)
    const rowsEach = (sizes.rows * sizes.channels) / sizeOf((step.inputs[1] as ArraySpec).shape)
    const [x = 0, s = 0] = at.inputs
    return { run: [call('multiplyChannels', { x, s, y: at.outputs[0] ?? 0, ...sizes, rowsEach }, tiles)] }
  },
}

export const multiplyChannelsGradientWasm: WasmKernel<object> = {
  calls(step, at) {
    const { sizes, tiles } = channelSumsOf(step)
    const [x = 0, dy = 0] = at.inputs
    return { run: [call('multiplyChannelsGradient', { x, dy, ds: at.outputs[0] ?? 0, ...sizes }, tiles)] }
  },
}

export const multiplyNumberWasm: WasmKernel<NumberAttributes> = {
  calls({ attributes: { factor }, outputs }, at) {
    const count = sizeOf(outputs[0]?.shape ?? [0])
    const { chunk, tiles } = rangesOf(count)
    return {
      run: [call('multiplyNumber', { x: at.inputs[0] ?? 0, y: at.outputs[0] ?? 0, count, factor, chunk }, tiles)],
    }
  },
}
