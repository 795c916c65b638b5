/**
 * Rounding of batch normalization. Sums run over at most 64 rows in float32, as distances from a pivot, before float64
 * takes over, and each value takes a few operations more: 72 terms (as in the op's cases). Everything is per channel.
 */

import { affineOf } from '../../src/ops/affine.ts'
import { type BatchNormAttributes, extentOf, type TrainingAttributes } from '../../src/ops/batchNorm/attributes.ts'
import { type Bounds, type Computed, epsilon } from './rounding.ts'

const unit = 2 * epsilon * 72

type Inputs = readonly Float64Array[]

/** Scale and shift of the channels, and the arrays behind them; ones and zeros where there are none. */
function affine({ attributes }: Computed['step'], arrays: Inputs, channels: number) {
  const { scale, shift, others } = affineOf(attributes as BatchNormAttributes, arrays)
  return [scale ?? new Float64Array(channels).fill(1), shift ?? new Float64Array(channels), ...others] as const
}

const at = (array: Float64Array | undefined, i: number) => array?.[i] as number

/** The largest of a function of a channel's values. */
function most({ rows, channels }: ReturnType<typeof extentOf>, c: number, of: (index: number) => number): number {
  let value = 0
  for (let row = 0; row < rows; row++) value = Math.max(value, Math.abs(of(row * channels + c)))
  return value
}

/** [x, scale?, shift?] → [y, mean, inverse], updating [runningMean, runningVariance] */
export function normBounds({ step, data }: Computed): Bounds {
  const extent = extentOf(step.inputs)
  const { channels, rows } = extent
  const { momentum } = step.attributes as TrainingAttributes
  const [x, ...more] = data.inputs
  const [scale, shift] = affine(step, more, channels)
  const [, mean, inverse] = data.outputs
  const slack = data.outputs.map(({ length }) => new Float64Array(length))
  const [y, meanSlack, inverseSlack] = slack as [Float64Array, Float64Array, Float64Array]
  const [running, variance] = [new Float64Array(channels), new Float64Array(channels)]
  for (let c = 0; c < channels; c++) {
    const [m, i, s] = [at(mean, c), at(inverse, c), Math.abs(at(scale, c))]
    // The pivot is a value, or a mean of some: the distances from it are at most twice the farthest from the mean.
    const distance = most(extent, c, (k) => at(x, k) - m)
    const ofMean = unit * 2 * distance + 4 * epsilon * Math.abs(m)
    // Σd² − (Σd)²/n: relative to the variance, the squares' own error is so many times larger.
    const ofVariance = unit * Math.min(4 * (distance * i) ** 2, rows) + unit
    meanSlack[c] = ofMean
    inverseSlack[c] = ofVariance * i
    running[c] = ofMean + 4 * epsilon * Math.abs(at(data.updates[0], c))
    variance[c] = (momentum * ofVariance * 2 * (rows / (rows - 1))) / i ** 2 + 4 * epsilon * at(data.updates[1], c)
    const ofY = (ofMean + (ofVariance + 8 * epsilon) * distance) * i * s + 4 * epsilon * Math.abs(at(shift, c))
    for (let row = 0; row < rows; row++) y[row * channels + c] = ofY
  }
  return [...slack, running, variance]
}

/** [x, dy, scale?, shift?, mean, inverse] → [dx, dscale, dshift]. Undefined where a value is so near 0 that a ReLU may cut it or not. */
export function normGradientBounds({ step, data }: Computed): Bounds {
  const extent = extentOf(step.inputs)
  const { channels, rows } = extent
  const { activation } = step.attributes as BatchNormAttributes
  const [x, dy, ...more] = data.inputs
  const [scale, shift, mean, inverse] = affine(step, more, channels)
  const slack = data.outputs.map(({ length }) => new Float64Array(length))
  const [dx, dscale, dshift] = slack as [Float64Array, Float64Array, Float64Array]
  for (let c = 0; c < channels; c++) {
    const [m, i, s, b] = [at(mean, c), at(inverse, c), at(scale, c), at(shift, c)]
    let sum = 0
    let product = 0
    let normals = 0
    let most = 0
    for (let k = c; k < rows * channels; k += channels) {
      const normal = (at(x, k) - m) * i
      if (activation === 'relu' && Math.abs(normal * s + b) <= 8 * epsilon * (Math.abs(normal * s) + Math.abs(b)))
        return undefined
      const given = Math.abs(at(dy, k))
      sum += given
      product += given * Math.abs(normal)
      normals = Math.max(normals, Math.abs(normal))
      most = Math.max(most, given)
    }
    dscale[c] = unit * product
    dshift[c] = unit * sum
    const ofX = unit * Math.abs(s * i) * (most + sum / rows + (normals * product) / rows)
    for (let k = c; k < rows * channels; k += channels) dx[k] = ofX
  }
  return slack
}

/** [x, scale?, shift?, mean, variance] → [y] */
export function trackedBounds({ step, data }: Computed): Bounds {
  const extent = extentOf(step.inputs)
  const [x, ...more] = data.inputs
  const [scale, shift, mean, variance] = affine(step, more, extent.channels)
  const slack = Float64Array.from({ length: extent.channels }, (_, c) => {
    const factor = at(scale, c) / Math.sqrt(at(variance, c) + (step.attributes as BatchNormAttributes).epsilon)
    return 8 * epsilon * (most(extent, c, (k) => at(x, k) - at(mean, c)) * Math.abs(factor) + Math.abs(at(shift, c)))
  })
  return [Float64Array.from({ length: extent.rows * extent.channels }, (_, k) => at(slack, k % extent.channels))]
}

/** [x, scale?, shift?, mean, inverse] → [y] */
export function againBounds({ step, data }: Computed): Bounds {
  const extent = extentOf(step.inputs)
  const [x, ...more] = data.inputs
  const [scale, shift, mean, inverse] = affine(step, more, extent.channels)
  const slack = Float64Array.from({ length: extent.channels }, (_, c) => {
    const factor = Math.abs(at(scale, c) * at(inverse, c))
    return 8 * epsilon * (most(extent, c, (k) => at(x, k) - at(mean, c)) * factor + Math.abs(at(shift, c)))
  })
  return [Float64Array.from({ length: extent.rows * extent.channels }, (_, k) => at(slack, k % extent.channels))]
}

/** [x, dz, mean, variance] → [dscale, dshift] */
export function trackedSumBounds({ step: { attributes, inputs: specs }, data }: Computed): Bounds {
  const { rows, channels } = extentOf(specs)
  const [x, dz, mean, variance] = data.inputs
  const [dscale, dshift] = [new Float64Array(channels), new Float64Array(channels)]
  for (let k = 0; k < rows * channels; k++) {
    const c = k % channels
    const deviation = Math.sqrt(at(variance, c) + (attributes as BatchNormAttributes).epsilon)
    const given = unit * Math.abs(at(dz, k))
    dshift[c] = at(dshift, c) + given
    dscale[c] = at(dscale, c) + (given * Math.abs(at(x, k) - at(mean, c))) / deviation
  }
  return [dscale, dshift]
}
