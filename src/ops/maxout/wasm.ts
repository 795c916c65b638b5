/** Maxout on WASM: tiles are ranges of units. */

import { sizeOf } from '../../core/shapes.ts'
import type { ArraySpec } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { MaxoutAttributes } from './attributes.ts'

/** Ranges of whole cache lines of units. */
function sizesOf(units: number, pieces: number) {
  const { chunk, tiles } = rangesOf(units, pieces, 16)
  return { sizes: { units, pieces, chunk }, tiles }
}

export const maxoutWasm: WasmKernel<MaxoutAttributes> = {
  calls({ attributes: { pieces }, outputs }, at) {
    const { sizes, tiles } = sizesOf(sizeOf((outputs[0] as ArraySpec).shape), pieces)
    return { run: [call('maxoutForward', { x: at.inputs[0] ?? 0, y: at.outputs[0] ?? 0, ...sizes }, tiles)] }
  },
}

export const maxoutGradientWasm: WasmKernel<MaxoutAttributes> = {
  calls({ attributes: { pieces }, inputs }, at) {
    const { sizes, tiles } = sizesOf(sizeOf((inputs[1] as ArraySpec).shape), pieces)
    const [x = 0, dy = 0] = at.inputs
    return { run: [call('maxoutGradient', { x, dy, dx: at.outputs[0] ?? 0, ...sizes }, tiles)] }
  },
}
