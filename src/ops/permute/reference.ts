/** A transposition of several axes, one value at a time. */

import { type ArraySpec, picturesOf } from '../arrays.ts'
import type { ReferenceKernel } from '../types.ts'
import { type PermuteAttributes, walks } from './attributes.ts'

/** inputs [x] → [y] */
export const permuteReference: ReferenceKernel<PermuteAttributes> = ({ attributes, inputs: [spec] }, data) => {
  const [x] = data.inputs as readonly [Float64Array]
  const [y] = data.outputs as readonly [Float64Array]
  const each = x.length / picturesOf(spec as ArraySpec)
  const fastestFirst = walks(attributes).toReversed()
  for (let i = 0; i < x.length; i++) {
    let rest = i % each
    let from = i - rest
    for (const { length, step } of fastestFirst) {
      from += (rest % length) * step
      rest = Math.floor(rest / length)
    }
    y[i] = x[from] as number
  }
}
