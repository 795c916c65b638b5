/** y = x/(1 − rate) where the mask keeps the element (or its image), 0 elsewhere (a dropped NaN is 0 too). */

import { picturesOf } from '../arrays.ts'
import { seedSlots } from '../scalars.ts'
import type { ArraySpec, ReferenceData, ReferenceKernel } from '../types.ts'
import type { DropoutAttributes } from './attributes.ts'
import { keepLimit, maskBits, maskKeys } from './mask.ts'

/** `each` values in a row share their fate. */
function drop({ rate, stream }: DropoutAttributes, { inputs, outputs }: ReferenceData, each: number): void {
  const [x, seed] = inputs as readonly [Float64Array, Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const keys = maskKeys(seed[seedSlots.seed] as number, seed[seedSlots.step] as number, stream)
  const limit = keepLimit(rate)
  for (let i = 0; i < x.length; i++) {
    const keeps = limit !== undefined && maskBits(keys, Math.floor(i / each)) <= limit
    y[i] = keeps ? (x[i] as number) / (1 - rate) : 0
  }
}

/** inputs [x, seed] → [y] */
export const dropoutReference: ReferenceKernel<DropoutAttributes> = ({ attributes }, data) => drop(attributes, data, 1)

/** inputs [x, seed] → [y]; x [n, ...] */
export const dropoutPathReference: ReferenceKernel<DropoutAttributes> = ({ attributes, inputs }, data) => {
  const x = data.inputs[0] as Float64Array
  drop(attributes, data, x.length / picturesOf(inputs[0] as ArraySpec))
}
