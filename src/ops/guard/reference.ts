/** One loss after the other. */

import { scalarSlots } from '../scalars.ts'
import type { ReferenceKernel } from '../types.ts'

/** inputs [losses], updates [scalars] */
export const lossGuardReference: ReferenceKernel<object> = (_step, { inputs, updates }) => {
  const [losses] = inputs as readonly [Float64Array]
  const [scalars] = updates as readonly [Float64Array]
  // As the host will read them: a loss that float32 cannot hold is not finite.
  scalars[scalarSlots.gradientScale] = losses.every((loss) => Number.isFinite(Math.fround(loss))) ? 1 : 0
}
