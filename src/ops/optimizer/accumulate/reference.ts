/** Sums of gradients in float64. */

import { scalarSlots } from '../../scalars.ts'
import type { ReferenceKernel } from '../../types.ts'
import type { AccumulateAttributes } from './attributes.ts'

/** inputs [gradient, scalars], updates [sum] */
export const accumulateReference: ReferenceKernel<AccumulateAttributes> = ({ attributes }, { inputs, updates }) => {
  const [gradient, scalars] = inputs as readonly [Float64Array, Float64Array]
  const [sum] = updates as readonly [Float64Array]
  const grows = scalars[scalarSlots.sumKept] !== 0
  for (let i = 0; i < sum.length; i++) {
    const before = grows ? (sum[i] as number) : 0
    sum[i] = before + (gradient[i] as number) / attributes.batches
  }
}
