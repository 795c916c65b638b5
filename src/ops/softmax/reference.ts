/** Softmax in float64: y = exp(x)/Σ exp(x), and its gradient from dyᵢ/dxⱼ = yᵢ·(δᵢⱼ − yⱼ). */

import type { ReferenceKernel } from '../types.ts'
import type { SoftmaxAttributes } from './op.ts'

/**
 * log y of one row: x − log Σ exp(x), with infinities as limits. Where the greatest value m is infinite, x − m would be
 * NaN for those equal to it; they share the 1.
 */
export function logSoftmax(row: Float64Array): Float64Array {
  // Math.max of a NaN is NaN, which then reaches every value.
  const maximum = row.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY)
  const shifted = row.map((x) => (x === maximum ? 0 : x - maximum))
  const logSum = Math.log(shifted.reduce((sum, x) => sum + Math.exp(x), 0))
  return shifted.map((x) => x - logSum)
}

/** inputs [x] → [y] */
export const softmaxReference: ReferenceKernel<SoftmaxAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const { rows, classes } = attributes
  for (let row = 0; row < rows; row++) {
    const from = row * classes
    y.set(logSoftmax(x.slice(from, from + classes)).map(Math.exp), from)
  }
}

/** inputs [y, dy] → [dx] */
export const softmaxGradientReference: ReferenceKernel<SoftmaxAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [y, dy] = inputs as readonly [Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  const { rows, classes } = attributes
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < classes; j++) {
      let sum = 0
      for (let i = 0; i < classes; i++) {
        const yi = y[row * classes + i] as number
        const yj = y[row * classes + j] as number
        sum += (dy[row * classes + i] as number) * yi * ((i === j ? 1 : 0) - yj)
      }
      dx[row * classes + j] = sum
    }
  }
}
