/** Means of weights in float64. */

import { scalarSlots } from '../../scalars.ts'
import type { ReferenceKernel } from '../../types.ts'
import type { AverageAttributes } from './attributes.ts'

/** inputs [scalars], updates [slow, fast] */
export const averageReference: ReferenceKernel<AverageAttributes> = ({ attributes }, { inputs, updates }) => {
  const { kept: slot, back } = attributes
  const [scalars] = inputs as readonly [Float64Array]
  const [slow, fast] = updates as readonly [Float64Array, Float64Array]
  const kept = scalars[scalarSlots[slot]] as number
  if (scalars[scalarSlots.gradientScale] === 0 || !(kept >= 0)) return
  if (back && scalars[scalarSlots.paused] !== 0) return
  for (let i = 0; i < slow.length; i++) {
    const value = fast[i] as number
    const mean = kept * (slow[i] as number) + (1 - kept) * value
    slow[i] = mean
    if (back) fast[i] = mean
  }
}
