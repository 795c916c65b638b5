/** Cross-entropy on WASM: a tile is a range of rows. */

import { sizeOf } from '../../core/index.ts'
import { picturesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { CrossEntropyAttributes } from './attributes.ts'

function onRows(kernel: string): WasmKernel<CrossEntropyAttributes> {
  return {
    calls({ attributes: { smoothing }, inputs }, at) {
      const scores = inputs[0] as ArraySpec
      const batch = picturesOf(scores)
      const classes = sizeOf(scores.shape) / batch
      const { chunk, tiles } = rangesOf(batch, classes)
      return { run: [{ kernel, args: [...at.inputs, ...at.outputs, batch, classes, smoothing, chunk], tiles }] }
    },
  }
}

export const crossEntropyWasm = onRows('crossEntropy')
export const crossEntropyGradientWasm = onRows('crossEntropyGradient')
