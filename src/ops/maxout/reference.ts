/** Maxout and its gradient, unit by unit. */

import type { ReferenceKernel } from '../types.ts'
import type { MaxoutAttributes } from './attributes.ts'

/** The first of the greatest values; a NaN is greater than all. */
function winner(values: Float64Array): number {
  const missing = values.findIndex(Number.isNaN)
  return missing >= 0 ? missing : values.indexOf(values.reduce((most, value) => Math.max(most, value)))
}

/** inputs [x] → [y] */
export const maxoutReference: ReferenceKernel<MaxoutAttributes> = ({ attributes: { pieces } }, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  for (let unit = 0; unit < y.length; unit++) {
    const values = x.subarray(unit * pieces, (unit + 1) * pieces)
    y[unit] = values[winner(values)] as number
  }
}

/** inputs [x, dy] → [dx] */
export const maxoutGradientReference: ReferenceKernel<MaxoutAttributes> = (
  { attributes: { pieces } },
  { inputs, outputs },
) => {
  const [x, dy] = inputs as readonly [Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  for (let unit = 0; unit < dy.length; unit++) {
    const [from, to] = [unit * pieces, (unit + 1) * pieces]
    const won = from + winner(x.subarray(from, to))
    dx.fill(0, from, to)
    dx[won] = dy[unit] as number
  }
}
