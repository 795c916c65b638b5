/** The gradient of a loss op starts the backward pass: it must be that of the mean loss of the batch. */

import { expect } from 'vitest'
import type { OpCase } from '../cases.ts'
import { drawArrays, runReference } from './arrays.ts'
import { analyticGradients } from './differences.ts'

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length

/**
 * Compares it with central differences of the reference, at some two dozen scores. Rounding is ε₆₄·loss/step, truncation
 * step²·|third derivative|/6: together below 1e-8 for losses and curvatures of the size of 1.
 */
export function checkMeanGradient(row: OpCase): void {
  const arrays = drawArrays(row, 3, 'f64')
  const [scores, ...others] = arrays.inputs as readonly [Float64Array, ...Float64Array[]]
  const [gradient] = analyticGradients(row, arrays, []) as readonly [Float64Array]
  expect(gradient).toHaveLength(scores.length)
  const step = 1e-5
  const lossAt = (i: number, by: number) => {
    const moved = scores.slice()
    moved[i] = (moved[i] as number) + by
    return mean(runReference(row, { inputs: [moved, ...others], updates: [] }).outputs[0] as Float64Array)
  }
  const stride = Math.ceil(scores.length / 24)
  for (let i = 0; i < scores.length; i += stride) {
    const numeric = (lossAt(i, step) - lossAt(i, -step)) / (2 * step)
    expect(Math.abs((gradient[i] as number) - numeric)).toBeLessThan(1e-8)
  }
}
