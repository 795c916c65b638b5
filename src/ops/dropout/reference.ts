/** y = x/(1 − rate) where the mask keeps the element, 0 elsewhere (a dropped NaN is 0 too). */

import { seedSlots } from '../scalars.ts'
import type { ReferenceKernel } from '../types.ts'
import type { DropoutAttributes } from './attributes.ts'
import { keepLimit, maskBits, maskKeys } from './mask.ts'

/** inputs [x, seed] → [y] */
export const dropoutReference: ReferenceKernel<DropoutAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [x, seed] = inputs as readonly [Float64Array, Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const keys = maskKeys(seed[seedSlots.seed] as number, seed[seedSlots.step] as number, attributes.stream)
  const limit = keepLimit(attributes.rate)
  for (let i = 0; i < x.length; i++) {
    const keeps = limit !== undefined && maskBits(keys, i) <= limit
    y[i] = keeps ? (x[i] as number) / (1 - attributes.rate) : 0
  }
}
