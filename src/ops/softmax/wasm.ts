/** Softmax on WASM: a tile is a range of rows. */

import { lastAxis, rowsOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'

function rangesOfRows([spec]: readonly ArraySpec[]) {
  const [rows, classes] = [rowsOf(spec as ArraySpec), lastAxis(spec as ArraySpec)]
  const { chunk, tiles } = rangesOf(rows, classes)
  return { sizes: { rows, classes, chunk }, tiles }
}

export const softmaxWasm: WasmKernel<object> = {
  calls({ inputs }, at) {
    const { sizes, tiles } = rangesOfRows(inputs)
    const [x = 0] = at.inputs
    const [y = 0] = at.outputs
    return { run: [call('softmax', { x, y, ...sizes }, tiles)] }
  },
}

export const softmaxGradientWasm: WasmKernel<object> = {
  calls({ inputs }, at) {
    const { sizes, tiles } = rangesOfRows(inputs)
    const [y = 0, dy = 0] = at.inputs
    const [dx = 0] = at.outputs
    return { run: [call('softmaxGradient', { y, dy, dx, ...sizes }, tiles)] }
  },
}
