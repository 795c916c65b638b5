/** PReLU and its gradients in float64. */

import { lastAxis, picturesOf } from '../arrays.ts'
import type { ArraySpec, ReferenceKernel } from '../types.ts'

/** inputs [x, slope] → [y] */
export const preluReference: ReferenceKernel<object> = (_step, { inputs, outputs }) => {
  const [x, slope] = inputs as readonly [Float64Array, Float64Array]
  const [y] = outputs as readonly [Float64Array]
  for (let i = 0; i < y.length; i++) {
    const value = x[i] as number
    y[i] = value > 0 ? value : value * (slope[i % slope.length] as number)
  }
}

/** inputs [x, slope, dy] → [dx] */
export const preluGradientReference: ReferenceKernel<object> = (_step, { inputs, outputs }) => {
  const [x, slope, dy] = inputs as readonly [Float64Array, Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  for (let i = 0; i < dx.length; i++) {
    const factor = (x[i] as number) > 0 ? 1 : (slope[i % slope.length] as number)
    dx[i] = (dy[i] as number) * factor
  }
}

/** inputs [x, dy] → [sums] */
export const slopeGradientReference: ReferenceKernel<object> = (step, { inputs, outputs }) => {
  const [x, dy] = inputs as readonly [Float64Array, Float64Array]
  const [sums] = outputs as readonly [Float64Array]
  const spec = step.inputs[0] as ArraySpec
  const channels = lastAxis(spec)
  const each = x.length / picturesOf(spec)
  sums.fill(0)
  for (let i = 0; i < x.length; i++) {
    if ((x[i] as number) > 0) continue
    const at = Math.floor(i / each) * channels + (i % channels)
    sums[at] = (sums[at] as number) + (x[i] as number) * (dy[i] as number)
  }
}
