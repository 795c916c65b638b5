/** Cross-entropy on WASM: a tile is a range of rows. */

import { sizeOf } from '../../core/shapes.ts'
import { picturesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type { CrossEntropyAttributes } from './attributes.ts'

function rangesOfRows([scores]: readonly ArraySpec[]) {
  const batch = picturesOf(scores as ArraySpec)
  const classes = sizeOf((scores as ArraySpec).shape) / batch
  const { chunk, tiles } = rangesOf(batch, classes)
  return { sizes: { batch, classes, chunk }, tiles }
}

export const crossEntropyWasm: WasmKernel<CrossEntropyAttributes> = {
  calls({ attributes: { smoothing }, inputs }, at) {
    const { sizes, tiles } = rangesOfRows(inputs)
    const [logits = 0, labels = 0] = at.inputs
    const [losses = 0, hits = 0, probabilities = 0] = at.outputs
    return { run: [call('crossEntropy', { logits, labels, losses, hits, probabilities, smoothing, ...sizes }, tiles)] }
  },
}

export const crossEntropyGradientWasm: WasmKernel<CrossEntropyAttributes> = {
  calls({ attributes: { smoothing }, inputs }, at) {
    const { sizes, tiles } = rangesOfRows(inputs)
    const [probabilities = 0, labels = 0] = at.inputs
    const [dlogits = 0] = at.outputs
    return { run: [call('crossEntropyGradient', { probabilities, labels, dlogits, smoothing, ...sizes }, tiles)] }
  },
}
