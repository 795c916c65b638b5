/** Gradients of several batches are added up, so that one update sees more images than fit into memory at once. */

import { SCALAR_COUNT } from '../../scalars.ts'
import { expectSize } from '../../specs.ts'
import type { ArraySpec, Op } from '../../types.ts'
import type { AccumulateAttributes } from './attributes.ts'
import { accumulateReference } from './reference.ts'

/**
 * [gradient, scalars], updates [sum] → []: sum = gradient/batches where scalars[sumKept] is 0, whatever it held before, else
 * sum + gradient/batches. After `batches` of equal size it is the gradient of the mean loss over all their images.
 */
export const accumulate: Op<AccumulateAttributes> = {
  kind: 'optimizer.accumulate',
  describe: ({ batches }) => `over ${batches} batches`,
  outputs(_attributes, inputs: readonly ArraySpec[], updates: readonly ArraySpec[] = []) {
    expectSize(accumulate.kind, inputs, 1, [SCALAR_COUNT], 'scalars')
    const [sum] = updates
    if (sum !== undefined) expectSize(accumulate.kind, inputs, 0, sum.shape, 'gradients')
    return []
  },
  gradient: 'none',
  reference: accumulateReference,
}

export const accumulateOps = { 'optimizer.accumulate': accumulate } as const
