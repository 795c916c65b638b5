/** Softmax on WASM: a tile is a range of rows. */

import { lastAxis, rowsOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import type { WasmKernel } from '../wasm/types.ts'

function onRows(kernel: string): WasmKernel<object> {
  return {
    calls({ inputs }, at) {
      const spec = inputs[0] as ArraySpec
      const [rows, classes] = [rowsOf(spec), lastAxis(spec)]
      const { chunk, tiles } = rangesOf(rows, classes)
      return { run: [{ kernel, args: [...at.inputs, ...at.outputs, rows, classes, chunk], tiles }] }
    },
  }
}

export const softmaxWasm = onRows('softmax')
export const softmaxGradientWasm = onRows('softmaxGradient')
