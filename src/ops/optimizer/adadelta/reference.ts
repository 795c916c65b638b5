/** Adadelta in float64. */

import type { ReferenceKernel } from '../../types.ts'
import type { AdadeltaAttributes } from '../attributes.ts'
import { forEachValue } from '../reference.ts'

/** inputs [gradient, scalars], updates [parameter, squares, moves] */
export const adadeltaReference: ReferenceKernel<AdadeltaAttributes> = ({ attributes }, data) => {
  const { smoothing, epsilon } = attributes
  forEachValue(attributes, data, (g, _p, [squares = 0, moves = 0]) => {
    const s = smoothing * squares + (1 - smoothing) * g * g
    const move = (Math.sqrt(moves + epsilon) / Math.sqrt(s + epsilon)) * g
    return [move, s, smoothing * moves + (1 - smoothing) * move * move]
  })
}
