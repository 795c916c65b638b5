/**
 * Rounding of group and layer normalization: of a group of values that are normalized together, as in normBounds.ts. Sums of
 * a group normalization run over at most 64 values in float32 before float64 takes over; those of a layer normalization are a
 * quarter of the channels each.
 */

import { affineOf } from '../../src/ops/affine.ts'
import { type ArraySpec, lastAxis } from '../../src/ops/arrays.ts'
import { type GroupNormAttributes, picturesExtent } from '../../src/ops/groupNorm/attributes.ts'
import { type Bounds, type Computed, epsilon } from './rounding.ts'

type Attributes = GroupNormAttributes

const at = (array: ArrayLike<number> | undefined, i: number) => array?.[i] as number

/** The indices of each group, and the terms of a sum in float32. */
function groupsOf({ kind, step: { attributes, inputs } }: Computed) {
  const { pictures, rows, channels } = picturesExtent(inputs)
  if (kind.startsWith('layerNorm')) {
    const terms = Math.max(lastAxis(inputs[0] as ArraySpec) / 4, 64) + 8
    const groups = Array.from({ length: pictures * rows }, (_, row) =>
      Array.from({ length: channels }, (_, c) => row * channels + c),
    )
    return { groups, channels, rows, unit: 2 * epsilon * terms }
  }
  const depth = channels / (attributes as Attributes).groups
  const groups = Array.from({ length: pictures * (channels / depth) }, (_, index) => {
    const first = Math.floor((index * depth) / channels) * rows * channels + ((index * depth) % channels)
    return Array.from({ length: rows * depth }, (_, k) => first + Math.floor(k / depth) * channels + (k % depth))
  })
  return { groups, channels, rows, unit: 2 * epsilon * 72 }
}

/** Mean, 1/deviation and the farthest value of a group, and how far the kernel's may be off. */
function statisticsOf(x: Float64Array, group: readonly number[], eps: number, unit: number) {
  const mean = group.reduce((sum, i) => sum + at(x, i), 0) / group.length
  const variance = group.reduce((sum, i) => sum + (at(x, i) - mean) ** 2, 0) / group.length
  const inverse = 1 / Math.sqrt(variance + eps)
  const distance = group.reduce((most, i) => Math.max(most, Math.abs(at(x, i) - mean)), 0)
  // Distances from a channel's pivot are at most twice the farthest from the mean.
  const ofMean = unit * 4 * distance + 4 * epsilon * Math.abs(mean)
  const ofInverse = unit * Math.min(8 * (distance * inverse) ** 2, 8 * group.length) + unit
  /** Of a normalized value. */
  const ofNormal = (ofMean + (ofInverse + 8 * epsilon) * distance) * inverse
  return { mean, inverse, ofMean, ofInverse, ofNormal }
}

/** [x, scale?, shift?] → [y], and of a group normalization [mean, inverse] */
export function groupBounds(computed: Computed): Bounds {
  const { step, data } = computed
  const { groups, channels, rows, unit } = groupsOf(computed)
  const [x, ...more] = data.inputs as readonly [Float64Array, ...Float64Array[]]
  const { scale, shift } = affineOf(step.attributes as Attributes, more)
  const slack = data.outputs.map(({ length }) => new Float64Array(length))
  const [y, ofMeans, ofInverses] = slack as [Float64Array, Float64Array?, Float64Array?]
  for (const group of groups) {
    const { inverse, ofMean, ofInverse, ofNormal } = statisticsOf(
      x,
      group,
      (step.attributes as Attributes).epsilon,
      unit,
    )
    for (const i of group) {
      const c = i % channels
      y[i] = ofNormal * Math.abs(scale?.[c] ?? 1) + 4 * epsilon * Math.abs(shift?.[c] ?? 0)
      const own = Math.floor(i / (rows * channels)) * channels + c
      if (ofMeans !== undefined) ofMeans[own] = ofMean
      if (ofInverses !== undefined) ofInverses[own] = ofInverse * inverse
    }
  }
  return slack
}

/** [x, dy, …] → [dx, dscale, dshift]. Undefined where a value is so near 0 that a ReLU may cut it or not. */
export function groupGradientBounds(computed: Computed): Bounds {
  const { kind, step, data } = computed
  const { groups, channels, rows, unit } = groupsOf(computed)
  const attributes = step.attributes as Attributes
  const isLayer = kind.startsWith('layerNorm')
  const [x, dy, ...more] = data.inputs as readonly [Float64Array, Float64Array, ...Float64Array[]]
  const [means, inverses] = isLayer ? [] : more
  const { scale, shift } = affineOf(attributes, isLayer ? more : more.slice(2))
  const slack = data.outputs.map(({ length }) => new Float64Array(length))
  const [dx, dscale, dshift] = slack as [Float64Array, Float64Array, Float64Array]
  for (const group of groups) {
    const found = statisticsOf(x, group, attributes.epsilon, unit)
    const first = group[0] as number
    const own = Math.floor(first / (rows * channels)) * channels + (first % channels)
    const mean = means === undefined ? found.mean : at(means, own)
    const inverse = inverses === undefined ? found.inverse : at(inverses, own)
    const ofNormal = isLayer ? found.ofNormal : 0
    let [sum, product, normals, most] = [0, 0, 0, 0]
    for (const i of group) {
      const [c, normal] = [i % channels, (at(x, i) - mean) * inverse]
      const [s, b] = [scale?.[c] ?? 1, shift?.[c] ?? 0]
      const kink = 8 * epsilon * (Math.abs(normal * s) + Math.abs(b))
      if (attributes.activation === 'relu' && Math.abs(normal * s + b) <= kink) return undefined
      const [given, ofN] = [Math.abs(at(dy, i)), Math.abs(normal) + ofNormal / unit]
      dscale[c] = at(dscale, c) + unit * given * ofN
      dshift[c] = at(dshift, c) + unit * given
      sum += given * Math.abs(s)
      product += given * Math.abs(s) * ofN
      normals = Math.max(normals, ofN)
      most = Math.max(most, given * Math.abs(s))
    }
    const ofX = most + sum / group.length + (2 * normals * product) / group.length
    const ofInverse = isLayer ? found.ofInverse : 0
    for (const i of group) dx[i] = (unit + ofInverse) * inverse * ofX
  }
  return slack
}
