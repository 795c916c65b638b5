/** Weights are checked before they take memory: for the device, and for the network that shall have them. */

import { MemoryError } from '../backends/wasm/errors.ts'
import { printShape, type Shape, sameShape, sizeOf } from '../core/shapes.ts'
import { listed } from '../core/text.ts'
import type { ParameterSpec } from '../layers/types.ts'
import type { Target } from '../ops/target.ts'
import { WeightError } from './errors.ts'
import type { Tensor } from './safetensors.ts'

/** A weight as another network needs it. Throws `WeightError` for an unknown name and for another shape. */
export function weightFor(weights: ReadonlyMap<string, Tensor>, name: string, shape: Shape): Tensor {
  const weight = weights.get(name)
  if (weight !== undefined && sameShape(weight.shape, shape)) return weight
  throw new WeightError(`${name}: the model has no such weight for the network`, {
    received:
      weight === undefined ? `weights by other names: ${listed([...weights.keys()])}` : printShape(weight.shape),
    expected: printShape(shape),
    advice: 'a network with the same layers by the same names',
  })
}

/** Throws `MemoryError` for weights that alone are more than the device can address. */
export function checkWeights(specs: readonly { readonly spec: ParameterSpec }[], { segmentLimit }: Target): void {
  const bytes = 4 * specs.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0)
  if (segmentLimit === undefined || bytes <= segmentLimit) return
  throw new MemoryError('the weights are more than one memory can hold', {
    received: `${bytes} bytes of weights`,
    expected: `at most ${segmentLimit} bytes`,
    advice: 'take fewer filters or neurons; `lenslet plan` shows which layer takes how much',
  })
}
