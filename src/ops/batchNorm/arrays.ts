/** What the normalization ops share: which arrays they expect, whom they give gradients, the ReLU in their store. */

import { type ArraySpec, lastAxis } from '../arrays.ts'
import { fusedActivation, throughRectifier } from '../pointwise/op.ts'
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

/**
 * For a norm whose gradient applies the slope of the ReLU in its store: what flows through it by the tape's rule, and the
 * attributes of the gradient that is left.
 */
export function throughAbsorbed<A extends BatchNormAttributes>(
  tape: Tape,
  attributes: A,
  dy: Value,
): { readonly passed: Value; readonly left: A } {
  const { activation } = attributes
  if (activation === 'none') return { passed: dy, left: attributes }
  const { passed, sloped } = throughRectifier(tape, { function: activation }, dy)
  return { passed, left: sloped ? attributes : { ...attributes, activation: 'none' } }
}

/** Gives each value that wants one its gradient. */
export function giveEach(tape: Tape, values: readonly (Value | undefined)[], gradients: readonly Value[]): void {
  values.forEach((value, i) => {
    const gradient = gradients[i]
    if (value !== undefined && gradient !== undefined && tape.wants(value)) tape.give(value, gradient)
  })
}
