/** Dropout on WASM: ranges of elements; an element's place in the array, not its tile, decides whether it stays. */

import { sizeOf } from '../../core/shapes.ts'
import { picturesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec, StepSpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmAddresses, WasmKernel } from '../wasm/types.ts'
import type { DropoutAttributes } from './attributes.ts'
import { keepLimit } from './mask.ts'

function argumentsOf(step: StepSpec<DropoutAttributes>, at: WasmAddresses) {
  const { rate, stream } = step.attributes
  const count = sizeOf((step.inputs[0] as ArraySpec).shape)
  const { chunk, tiles } = rangesOf(count)
  const kept = keepLimit(rate)
  // Where nothing stays the factor is 0 and the kernel writes zeros.
  const [limit, factor] = kept === undefined ? [0, 0] : [kept, 1 / (1 - rate)]
  const [x = 0, seed = 0] = at.inputs
  const [y = 0] = at.outputs
  return { numbers: { x, seed, y, count, stream, limit, factor, chunk }, tiles }
}

export const dropoutWasm: WasmKernel<DropoutAttributes> = {
  calls(step, at) {
    const { numbers, tiles } = argumentsOf(step, at)
    return { run: [call('dropout', numbers, tiles)] }
  },
}

export const dropoutPathWasm: WasmKernel<DropoutAttributes> = {
  calls(step, at) {
    const { numbers, tiles } = argumentsOf(step, at)
    const each = numbers.count / picturesOf(step.inputs[0] as ArraySpec)
    return { run: [call('dropoutPath', { ...numbers, each }, tiles)] }
  },
}
