/** Softmax in float64: y = exp(x)/Σ exp(x), and its gradient from dyᵢ/dxⱼ = yᵢ·(δᵢⱼ − yⱼ). */

import { lastAxis, rowsOf } from '../arrays.ts'
import type { ArraySpec, ReferenceKernel } from '../types.ts'

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
export const softmaxReference: ReferenceKernel<object> = (step, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const spec = step.inputs[0] as ArraySpec
  const [rows, classes] = [rowsOf(spec), lastAxis(spec)]
  for (let row = 0; row < rows; row++) {
    const from = row * classes
    y.set(logSoftmax(x.slice(from, from + classes)).map(Math.exp), from)
  }
}

/** inputs [y, dy] → [dx] */
export const softmaxGradientReference: ReferenceKernel<object> = (step, { inputs, outputs }) => {
  const [y, dy] = inputs as readonly [Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  const spec = step.inputs[0] as ArraySpec
  const [rows, classes] = [rowsOf(spec), lastAxis(spec)]
  for (let row = 0; row < rows; row++) {
    // Copies: dx may lie where y or dy does.
    const [from, to] = [row * classes, (row + 1) * classes]
    const [ys, dys] = [y.slice(from, to), dy.slice(from, to)]
    for (let j = 0; j < classes; j++) {
      let sum = 0
      for (let i = 0; i < classes; i++) {
        sum += (dys[i] as number) * (ys[i] as number) * ((i === j ? 1 : 0) - (ys[j] as number))
      }
      dx[from + j] = sum
    }
  }
}
