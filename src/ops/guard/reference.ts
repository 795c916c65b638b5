/** One loss after the other. */

import { scalarSlots } from '../scalars.ts'
import type { ReferenceKernel } from '../types.ts'

/** inputs [losses], updates [scalars] */
export const lossGuardReference: ReferenceKernel<object> = (_step, { inputs, updates }) => {
  const [losses] = inputs as readonly [Float64Array]
  const [scalars] = updates as readonly [Float64Array]
  scalars[scalarSlots.gradientScale] = losses.every(Number.isFinite) ? 1 : 0
}
