/** What the normalization ops share: which arrays they expect, whom they give gradients, the ReLU in their store. */

import { type ArraySpec, lastAxis } from '../arrays.ts'
import { fusedActivation } from '../pointwise/op.ts'
import { expectSize, f32 } from '../specs.ts'
import type { Attributes, Tape, Value } from '../types.ts'
import type { BatchNormAttributes } from './attributes.ts'

/** Checks that the first `whole` inputs have the first one's size and the others a value a channel; the latter's spec. */
export function expectArrays(kind: string, inputs: readonly ArraySpec[], whole: number): ArraySpec {
  const x = inputs[0] as ArraySpec
  const channels = f32(lastAxis(x))
  inputs.forEach((_, i) => {
    const [shape, what] = i < whole ? [x.shape, 'rows'] : [channels.shape, 'channels']
    expectSize(kind, inputs, i, shape, `${what} (input ${i})`)
  })
  return channels
}

export function absorbRelu<A extends BatchNormAttributes>(
  attributes: A,
  next: { readonly kind: string; readonly attributes: Attributes },
): A | undefined {
  const activation = fusedActivation(next)
  return activation === 'relu' && attributes.activation === 'none' ? { ...attributes, activation } : undefined
}

/** Gives each value that wants one its gradient. */
export function giveEach(tape: Tape, values: readonly (Value | undefined)[], gradients: readonly Value[]): void {
  values.forEach((value, i) => {
    const gradient = gradients[i]
    if (value !== undefined && gradient !== undefined && tape.wants(value)) tape.give(value, gradient)
  })
}
