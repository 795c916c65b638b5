/** What the ops of update rules share: inputs [gradient, scalars], updates [parameter, state…], no outputs. */

import { SCALAR_COUNT } from '../scalars.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import type { OptimizerAttributes } from './attributes.ts'

/** An op that looks at the arrays it updates, too, where they are given. */
export interface UpdateOp<A extends OptimizerAttributes> extends Op<A> {
  outputs(attributes: A, inputs: readonly ArraySpec[], updates?: readonly ArraySpec[]): readonly ArraySpec[]
}

/** An optimizer's op from what is particular to it. */
export function update<A extends OptimizerAttributes>(
  row: Pick<Op<A>, 'kind' | 'reference'> & { readonly numbers: (attributes: A) => readonly string[] },
): UpdateOp<A> {
  const { kind, numbers, reference } = row
  return {
    kind,
    describe(attributes) {
      return [...numbers(attributes), ...decayText(attributes)].join(', ')
    },
    outputs(_attributes, inputs, updates = []) {
      expectSize(kind, inputs, 1, [SCALAR_COUNT], 'scalars')
      const [parameter, ...states] = updates
      if (parameter === undefined) return []
      expectSize(kind, inputs, 0, parameter.shape, 'gradients')
      states.forEach((_, i) => {
        expectSize(kind, updates, i + 1, parameter.shape, 'optimizer states')
      })
      return []
    },
    gradient: 'none',
    reference,
  }
}

export function decayText({ weightDecay }: OptimizerAttributes): readonly string[] {
  return weightDecay === 0 ? [] : [`weight decay ${weightDecay}`]
}
