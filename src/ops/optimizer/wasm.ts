/** The update rules on WASM: a tile is a range of values. */

import { sizeOf } from '../../core/shapes.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec, StepSpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmAddresses, WasmCall, WasmKernel } from '../wasm/types.ts'
import type {
  AdagradAttributes,
  AdamAttributes,
  OptimizerAttributes,
  RmspropAttributes,
  SgdAttributes,
} from './attributes.ts'

/** What every rule's kernel is told. */
interface Common {
  readonly gradient: number
  readonly scalars: number
  readonly parameter: number
  readonly count: number
  readonly weightDecay: number
  readonly chunk: number
}

/** A rule whose state lies in `states`, one array after another in the op's order. */
export function onRanges<A extends OptimizerAttributes>(
  callOf: (attributes: A, common: Common, states: readonly number[], tiles: number) => WasmCall,
): WasmKernel<A> {
  return {
    calls({ attributes, updates }: StepSpec<A>, at: WasmAddresses) {
      const count = sizeOf((updates[0] as ArraySpec).shape)
      const { chunk, tiles } = rangesOf(count)
      const [gradient = 0, scalars = 0] = at.inputs
      const [parameter = 0, ...states] = at.updates
      const common = { gradient, scalars, parameter, count, weightDecay: attributes.weightDecay, chunk }
      return { run: [callOf(attributes, common, states, tiles)] }
    },
  }
}

export const sgdWasm = onRanges<SgdAttributes>(({ momentum, nesterov }, common, [velocity = 0], tiles) =>
  momentum === 0
    ? call('sgd', common, tiles)
    : call('sgdMomentum', { ...common, velocity, momentum, nesterov: nesterov ? 1 : 0 }, tiles),
)

export const adagradWasm = onRanges<AdagradAttributes>(({ epsilon }, common, [squares = 0], tiles) =>
  call('adagrad', { ...common, squares, epsilon }, tiles),
)

// 1 − α is taken here, in float64: of an α near 1 little would be left in float32.
export const rmspropWasm = onRanges<RmspropAttributes>(
  ({ smoothing, epsilon, momentum }, common, [squares = 0, velocity = 0], tiles) => {
    const numbers = { ...common, squares, smoothing, taken: 1 - smoothing, epsilon }
    return momentum === 0
      ? call('rmsprop', numbers, tiles)
      : call('rmspropMomentum', { ...numbers, velocity, momentum }, tiles)
  },
)

export const adamWasm = onRanges<AdamAttributes>(
  ({ beta1, beta2, epsilon, decoupled }, common, [mean = 0, squares = 0], tiles) => {
    const moments = { mean, squares, beta1, taken1: 1 - beta1, beta2, taken2: 1 - beta2, epsilon }
    return call('adam', { ...common, ...moments, decoupled: decoupled ? 1 : 0 }, tiles)
  },
)
