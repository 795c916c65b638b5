/**
 * y = a + b, value by value: where the paths of a residual block meet (He et al. 2015). The ReLU that follows it there is
 * applied at the store. Backward keeps nothing without a ReLU, and y with one.
 */

import { activationGradient, fusedActivation } from '../pointwise/op.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec, Op, ReferenceKernel } from '../types.ts'
import type { AddAttributes } from './attributes.ts'

const reference: ReferenceKernel<AddAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [a, b] = inputs as readonly [Float64Array, Float64Array]
  const [y] = outputs as readonly [Float64Array]
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) + (b[i] as number)
  if (attributes.activation === 'relu') for (let i = 0; i < y.length; i++) y[i] = Math.max(y[i] as number, 0)
}

/** [a, b] → [y], of any one shape. */
export const add: Op<AddAttributes> = {
  kind: 'add',
  describe: ({ activation }) => (activation === 'none' ? '' : activation),
  outputs(_attributes, inputs) {
    const [a] = inputs as readonly [ArraySpec]
    expectSize('add', inputs, 1, a.shape, 'second summands')
    return [{ shape: a.shape, dtype: 'f32' }]
  },
  inPlace: [
    [0, 0],
    [1, 0],
  ],
  absorb(attributes, next) {
    const activation = fusedActivation(next)
    return activation === 'relu' && attributes.activation === 'none' ? { ...attributes, activation } : undefined
  },
  gradient({ attributes, inputs, outputs }, [given], tape) {
    const [a, b] = inputs
    const [y] = outputs
    if (given === undefined || a === undefined || b === undefined || y === undefined) return
    if (!tape.wants(a) && !tape.wants(b)) return
    const { activation } = attributes
    const dy = activation === 'none' ? given : activationGradient(tape, { function: activation }, y, given)
    for (const summand of [a, b]) if (tape.wants(summand)) tape.give(summand, dy)
  },
  reference,
}

export const addOps = { add } as const
