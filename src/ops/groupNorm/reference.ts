/** Group normalization (Wu and He 2018) by its formulas: statistics over the positions and channels of a group. */

import { affineOf } from '../affine.ts'
import type { ReferenceKernel } from '../types.ts'
import { type GroupNormAttributes, type PictureExtent, picturesExtent } from './attributes.ts'

const at = (array: ArrayLike<number>, i: number): number => array[i] as number

/** The indices of the values of each group of each picture. */
function* groupsOf({ pictures, rows, channels }: PictureExtent, groups: number) {
  const depth = channels / groups
  for (let n = 0; n < pictures; n++)
    for (let group = 0; group < groups; group++) {
      const ofGroup = Array.from({ length: depth }, (_, i) => group * depth + i)
      const values = Array.from({ length: rows }, (_, row) => (n * rows + row) * channels)
      yield { n, ofGroup, values: values.flatMap((first) => ofGroup.map((c) => first + c)) }
    }
}

/** inputs [x, scale?, shift?] → [y, mean, inverseDeviation] */
export const groupNormReference: ReferenceKernel<GroupNormAttributes> = ({ attributes, inputs }, data) => {
  const extent = picturesExtent(inputs)
  const { channels } = extent
  const { epsilon, activation, groups } = attributes
  const [x, ...affine] = data.inputs as [Float64Array, ...Float64Array[]]
  const [y, mean, inverse] = data.outputs as [Float64Array, Float64Array, Float64Array]
  const { scale, shift } = affineOf(attributes, affine)
  for (const { n, ofGroup, values } of groupsOf(extent, groups)) {
    const m = values.reduce((sum, i) => sum + at(x, i), 0) / values.length
    const variance = values.reduce((sum, i) => sum + (at(x, i) - m) ** 2, 0) / values.length
    const deviation = Math.sqrt(variance + epsilon)
    for (const i of values) {
      const z = ((at(x, i) - m) / deviation) * (scale?.[i % channels] ?? 1) + (shift?.[i % channels] ?? 0)
      y[i] = activation === 'relu' ? Math.max(z, 0) : z
    }
    for (const c of ofGroup) {
      mean[n * channels + c] = m
      inverse[n * channels + c] = 1 / deviation
    }
  }
}

/** inputs [x, dy, mean, inverseDeviation, scale?, shift?] → [dx, dscale, dshift] */
export const groupNormGradientReference: ReferenceKernel<GroupNormAttributes> = ({ attributes, inputs }, data) => {
  const extent = picturesExtent(inputs)
  const { channels, rows } = extent
  const { activation, groups } = attributes
  const [x, dy, mean, inverse, ...affine] = data.inputs as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    ...Float64Array[],
  ]
  const [dx, dscale, dshift] = data.outputs as [Float64Array, Float64Array, Float64Array]
  const { scale, shift } = affineOf(attributes, affine)
  /** Where the statistics of value i are. */
  const own = (i: number) => Math.floor(i / (rows * channels)) * channels + (i % channels)
  const normal = (i: number) => (at(x, i) - at(mean, own(i))) * at(inverse, own(i))
  const scaleOf = (i: number) => scale?.[i % channels] ?? 1
  const given = (i: number) => {
    const cut = activation === 'relu' && normal(i) * scaleOf(i) + (shift?.[i % channels] ?? 0) <= 0
    return cut ? 0 : at(dy, i)
  }
  dscale.fill(0)
  dshift.fill(0)
  for (const { values } of groupsOf(extent, groups)) {
    const sum = values.reduce((total, i) => total + given(i) * scaleOf(i), 0) / values.length
    const product = values.reduce((total, i) => total + given(i) * scaleOf(i) * normal(i), 0) / values.length
    const made = values.map((i) => {
      const [g, z, c] = [given(i), normal(i), i % channels]
      dscale[c] = at(dscale, c) + g * z
      dshift[c] = at(dshift, c) + g
      return at(inverse, own(i)) * (g * scaleOf(i) - sum - z * product)
    })
    values.forEach((i, k) => {
      dx[i] = at(made, k)
    })
  }
}
