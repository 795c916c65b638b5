/** Batch normalization (Ioffe and Szegedy 2015) by its formulas: two passes for the statistics, sums over the batch. */

import { affineOf } from '../affine.ts'
import type { ReferenceKernel } from '../types.ts'
import {
  type BatchNormAttributes,
  extentOf,
  type TrackedGradientAttributes,
  type TrainingAttributes,
} from './attributes.ts'

type Arrays<N extends number, T extends readonly Float64Array[] = []> = T['length'] extends N
  ? T
  : Arrays<N, readonly [...T, Float64Array]>

const at = (array: Float64Array, i: number): number => array[i] as number

/** Of channel c, and what it is where there is no such array. */
const scaleAt = (scale: Float64Array | undefined, c: number): number => scale?.[c] ?? 1
const shiftAt = (shift: Float64Array | undefined, c: number): number => shift?.[c] ?? 0

/** inputs [x, scale?, shift?] → [y, mean, inverseDeviation], updates [runningMean, runningVariance] */
export const batchNormReference: ReferenceKernel<TrainingAttributes> = ({ attributes, inputs }, data) => {
  const { rows, channels } = extentOf(inputs)
  const { epsilon, momentum, activation } = attributes
  const [x, ...affine] = data.inputs as [Float64Array, ...Float64Array[]]
  const { scale, shift } = affineOf(attributes, affine)
  const [y, mean, inverse] = data.outputs as Arrays<3>
  const [runningMean, runningVariance] = data.updates as Arrays<2>
  for (let c = 0; c < channels; c++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += at(x, row * channels + c)
    const m = sum / rows
    let squares = 0
    for (let row = 0; row < rows; row++) squares += (at(x, row * channels + c) - m) ** 2
    mean[c] = m
    inverse[c] = 1 / Math.sqrt(squares / rows + epsilon)
    runningMean[c] = (1 - momentum) * at(runningMean, c) + momentum * m
    runningVariance[c] = (1 - momentum) * at(runningVariance, c) + (momentum * squares) / (rows - 1)
    for (let row = 0; row < rows; row++) {
      const z = (at(x, row * channels + c) - m) * at(inverse, c) * scaleAt(scale, c) + shiftAt(shift, c)
      y[row * channels + c] = activation === 'relu' ? Math.max(z, 0) : z
    }
  }
}

/** inputs [x, scale?, shift?, mean, inverseDeviation] → [y] */
export const batchNormAgainReference: ReferenceKernel<BatchNormAttributes> = ({ attributes, inputs }, data) => {
  const { channels } = extentOf(inputs)
  const [x, ...more] = data.inputs as [Float64Array, ...Float64Array[]]
  const { scale, shift, others } = affineOf(attributes, more)
  const [mean, inverse] = others as unknown as Arrays<2>
  const [y] = data.outputs as Arrays<1>
  for (let i = 0; i < y.length; i++) {
    const c = i % channels
    const z = (at(x, i) - at(mean, c)) * at(inverse, c) * scaleAt(scale, c) + shiftAt(shift, c)
    y[i] = attributes.activation === 'relu' ? Math.max(z, 0) : z
  }
}

/** inputs [x, dy, scale?, shift?, mean, inverseDeviation] → [dx, dscale, dshift] */
export const batchNormGradientReference: ReferenceKernel<BatchNormAttributes> = ({ attributes, inputs }, data) => {
  const { rows, channels } = extentOf(inputs)
  const { activation } = attributes
  const [x, dy, ...more] = data.inputs as [Float64Array, Float64Array, ...Float64Array[]]
  const { scale, shift, others } = affineOf(attributes, more)
  const [mean, inverse] = others as [Float64Array, Float64Array]
  const [dx, dscale, dshift] = data.outputs as Arrays<3>
  for (let c = 0; c < channels; c++) {
    const normal = (row: number) => (at(x, row * channels + c) - at(mean, c)) * at(inverse, c)
    const given = (row: number) => {
      const cut = activation === 'relu' && normal(row) * scaleAt(scale, c) + shiftAt(shift, c) <= 0
      return cut ? 0 : at(dy, row * channels + c)
    }
    let sum = 0
    let product = 0
    for (let row = 0; row < rows; row++) {
      sum += given(row)
      product += given(row) * normal(row)
    }
    dscale[c] = product
    dshift[c] = sum
    for (let row = 0; row < rows; row++)
      dx[row * channels + c] =
        scaleAt(scale, c) * at(inverse, c) * (given(row) - sum / rows - (normal(row) * product) / rows)
  }
}

/** inputs [x, scale?, shift?, runningMean, runningVariance] → [y] */
export const trackedNormReference: ReferenceKernel<BatchNormAttributes> = ({ attributes, inputs }, data) => {
  const { channels } = extentOf(inputs)
  const { epsilon, activation } = attributes
  const [x, ...more] = data.inputs as [Float64Array, ...Float64Array[]]
  const { scale, shift, others } = affineOf(attributes, more)
  const [mean, variance] = others as [Float64Array, Float64Array]
  const [y] = data.outputs as Arrays<1>
  for (let i = 0; i < y.length; i++) {
    const c = i % channels
    const normal = (at(x, i) - at(mean, c)) / Math.sqrt(at(variance, c) + epsilon)
    const z = normal * scaleAt(scale, c) + shiftAt(shift, c)
    y[i] = activation === 'relu' ? Math.max(z, 0) : z
  }
}

/** inputs [dz, scale?, runningVariance] → [dx] */
export const trackedNormInputGradientReference: ReferenceKernel<TrackedGradientAttributes> = (step, data) => {
  const { channels } = extentOf(step.inputs)
  const [dz, ...more] = data.inputs as [Float64Array, ...Float64Array[]]
  const { scale, others } = affineOf({ ...step.attributes, shift: false }, more)
  const [variance] = others as [Float64Array]
  const [dx] = data.outputs as Arrays<1>
  for (let i = 0; i < dx.length; i++) {
    const c = i % channels
    dx[i] = (at(dz, i) * scaleAt(scale, c)) / Math.sqrt(at(variance, c) + step.attributes.epsilon)
  }
}

/** inputs [x, dz, runningMean, runningVariance] → [dscale, dshift] */
export const trackedNormParameterGradientReference: ReferenceKernel<TrackedGradientAttributes> = (step, data) => {
  const { rows, channels } = extentOf(step.inputs)
  const [x, dz, mean, variance] = data.inputs as Arrays<4>
  const [dscale, dshift] = data.outputs as Arrays<2>
  for (let c = 0; c < channels; c++) {
    const deviation = Math.sqrt(at(variance, c) + step.attributes.epsilon)
    let sum = 0
    let product = 0
    for (let i = c; i < rows * channels; i += channels) {
      sum += at(dz, i)
      product += (at(dz, i) * (at(x, i) - at(mean, c))) / deviation
    }
    dscale[c] = product
    dshift[c] = sum
  }
}
