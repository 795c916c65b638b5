/**
 * Rounding of local response normalization: a window's squares are added up, and the power's relative error is β times that
 * of its base, whose logarithm is multiplied by β where the power is not ¾.
 */

import type { LocalResponseAttributes } from '../../src/ops/localResponse/op.ts'
import { largest } from './fault.ts'
import { type BoundRow, epsilon } from './rounding.ts'

/** Terms of a sum, the largest |d| and |x|, and the largest 1/p and p^(−β), which k alone gives. */
function magnitudes(attributes: LocalResponseAttributes, x: Float64Array, mean: Float64Array | undefined) {
  const { size, over, alpha, beta, k } = attributes
  const taps = over === 'map' ? size ** 2 : size
  const d = mean === undefined ? largest(x) : largest(x.map((value, i) => value - (mean[i] as number)))
  const base = Math.max(k + alpha * taps * d ** 2, 1 / k)
  const unit = 2 * epsilon * (1 + beta) * (taps + 8 + 2 * Math.log(Math.max(base, 1)))
  return { taps, d, x: largest(x), power: k ** -beta, unit }
}

/** [x, mean?] → [y] */
export const responseBounds: BoundRow = ({ step, data: { inputs, outputs } }) => {
  const [x, mean] = inputs as readonly [Float64Array, Float64Array?]
  const { unit } = magnitudes(step.attributes as LocalResponseAttributes, x, mean)
  return outputs.map((values) => unit * largest(values))
}

/** [x, dy, mean?] → [dx, dmean?]: dy·t − 2αβ·d·Σ dy·x·t/p, of which both parts may cancel. */
export const responseGradientBounds: BoundRow = ({ step, data: { inputs, outputs } }) => {
  const attributes = step.attributes as LocalResponseAttributes
  const [x, dy, mean] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const { unit, taps, d, x: most, power } = magnitudes(attributes, x, mean)
  const through = (2 * attributes.alpha * attributes.beta * taps * d * most) / attributes.k
  return outputs.map(() => 2 * unit * largest(dy) * power * (1 + through))
}
