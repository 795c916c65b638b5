/** The update rules on WASM: arguments of each kernel; a tile is a range of values. */

import { sizeOf } from '../../core/index.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import type { WasmKernel } from '../wasm/types.ts'
import type {
  AdagradAttributes,
  AdamAttributes,
  OptimizerAttributes,
  RmspropAttributes,
  SgdAttributes,
} from './attributes.ts'

/** A kernel with arguments gradient, scalars, parameter, state…, count, weightDecay, `numbers`…, chunk. */
function onRanges<A extends OptimizerAttributes>(
  kernel: (attributes: A) => string,
  numbers: (attributes: A) => readonly number[],
): WasmKernel<A> {
  return {
    calls({ attributes, updates }, at) {
      const [parameter] = updates as readonly [ArraySpec]
      const count = sizeOf(parameter.shape)
      const { chunk, tiles } = rangesOf(count)
      const args = [...at.inputs, ...at.updates, count, attributes.weightDecay, ...numbers(attributes), chunk]
      return { run: [{ kernel: kernel(attributes), args, tiles }] }
    },
  }
}

export const sgdWasm = onRanges<SgdAttributes>(
  ({ momentum }) => (momentum === 0 ? 'sgd' : 'sgdMomentum'),
  ({ momentum, nesterov }) => (momentum === 0 ? [] : [momentum, nesterov ? 1 : 0]),
)

export const adagradWasm = onRanges<AdagradAttributes>(
  () => 'adagrad',
  ({ epsilon }) => [epsilon],
)

// 1 − α is taken here, in float64: of an α near 1 little would be left in float32.
export const rmspropWasm = onRanges<RmspropAttributes>(
  ({ momentum }) => (momentum === 0 ? 'rmsprop' : 'rmspropMomentum'),
  ({ smoothing, epsilon, momentum }) => [smoothing, 1 - smoothing, epsilon, ...(momentum === 0 ? [] : [momentum])],
)

export const adamWasm = onRanges<AdamAttributes>(
  () => 'adam',
  ({ beta1, beta2, epsilon, decoupled }) => [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, decoupled ? 1 : 0],
)
