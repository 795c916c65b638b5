/** Softmax on WASM: a tile is a range of rows. */

import { rangesOf } from '../kernel/ranges.ts'
import type { WasmKernel } from '../types.ts'
import type { SoftmaxAttributes } from './op.ts'

function onRows(kernel: string): WasmKernel<SoftmaxAttributes> {
  return {
    calls({ attributes: { rows, classes } }, at) {
      const { chunk, tiles } = rangesOf(rows, classes)
      return { run: [{ kernel, args: [...at.inputs, ...at.outputs, rows, classes, chunk], tiles }] }
    },
  }
}

export const softmaxWasm = onRows('softmax')
export const softmaxGradientWasm = onRows('softmaxGradient')
