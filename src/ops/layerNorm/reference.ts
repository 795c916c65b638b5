/** Layer normalization (Ba et al. 2016) by its formulas, row by row. */

import { affineOf } from '../affine.ts'
import { lastAxis } from '../arrays.ts'
import type { ArraySpec, ReferenceKernel } from '../types.ts'
import type { LayerNormAttributes } from './attributes.ts'

/** (x − mean)/√(variance + ε) of a row, and the divisor. */
function normalize(row: Float64Array, epsilon: number) {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length
  const deviation = Math.sqrt(variance + epsilon)
  return { normal: row.map((value) => (value - mean) / deviation), deviation }
}

/** inputs [x, scale?, shift?] → [y] */
export const layerNormReference: ReferenceKernel<LayerNormAttributes> = ({ attributes, inputs }, data) => {
  const channels = lastAxis(inputs[0] as ArraySpec)
  const [x, ...affine] = data.inputs as [Float64Array, ...Float64Array[]]
  const [y] = data.outputs as [Float64Array]
  const { scale, shift } = affineOf(attributes, affine)
  for (let at = 0; at < x.length; at += channels) {
    const { normal } = normalize(x.slice(at, at + channels), attributes.epsilon)
    normal.forEach((value, c) => {
      y[at + c] = value * (scale?.[c] ?? 1) + (shift?.[c] ?? 0)
    })
  }
}

/** inputs [x, dy, scale?] → [dx, dscale, dshift] */
export const layerNormGradientReference: ReferenceKernel<LayerNormAttributes> = ({ attributes, inputs }, data) => {
  const channels = lastAxis(inputs[0] as ArraySpec)
  const [x, dy, scale] = data.inputs as [Float64Array, Float64Array, Float64Array?]
  const [dx, dscale, dshift] = data.outputs as [Float64Array, Float64Array, Float64Array]
  dscale.fill(0)
  dshift.fill(0)
  for (let at = 0; at < x.length; at += channels) {
    const { normal, deviation } = normalize(x.slice(at, at + channels), attributes.epsilon)
    const given = dy.slice(at, at + channels)
    const g = given.map((value, c) => value * (scale?.[c] ?? 1))
    const mean = g.reduce((sum, value) => sum + value, 0) / channels
    const slope = g.reduce((sum, value, c) => sum + value * (normal[c] as number), 0) / channels
    g.forEach((value, c) => {
      const n = normal[c] as number
      dx[at + c] = (value - mean - n * slope) / deviation
      dscale[c] = (dscale[c] as number) + (given[c] as number) * n
      dshift[c] = (dshift[c] as number) + (given[c] as number)
    })
  }
}
