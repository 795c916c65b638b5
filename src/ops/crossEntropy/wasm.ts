/** Cross-entropy on WASM: a tile is a range of rows. */

import { rangesOf } from '../kernel/ranges.ts'
import type { WasmKernel } from '../types.ts'
import type { CrossEntropyAttributes } from './op.ts'

function onRows(kernel: string): WasmKernel<CrossEntropyAttributes> {
  return {
    calls({ attributes: { batch, classes, smoothing } }, at) {
      const { chunk, tiles } = rangesOf(batch, classes)
      return { run: [{ kernel, args: [...at.inputs, ...at.outputs, batch, classes, smoothing, chunk], tiles }] }
    },
  }
}

export const crossEntropyWasm = onRows('crossEntropy')
export const crossEntropyGradientWasm = onRows('crossEntropyGradient')
