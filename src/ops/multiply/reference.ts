/** Products in float64. */

import { lastAxis, picturesOf, rowsOf } from '../arrays.ts'
import type { ArraySpec, ReferenceKernel } from '../types.ts'
import type { NumberAttributes } from './attributes.ts'

/** inputs [a, b] → [y] */
export const multiplyReference: ReferenceKernel<object> = (_step, { inputs, outputs }) => {
  const [a, b] = inputs as readonly [Float64Array, Float64Array]
  const [y] = outputs as readonly [Float64Array]
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) * (b[i] as number)
}

/** inputs [x, s] → [y] */
export const channelsReference: ReferenceKernel<object> = (step, { inputs, outputs }) => {
  const [x, s] = inputs as readonly [Float64Array, Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const spec = step.inputs[0] as ArraySpec
  const channels = lastAxis(spec)
  const rowsEach = (rowsOf(spec) * channels) / s.length
  for (let i = 0; i < y.length; i++) {
    const group = Math.floor(i / channels / rowsEach)
    y[i] = (x[i] as number) * (s[group * channels + (i % channels)] as number)
  }
}

/** inputs [x, dy] → [ds] */
export const channelsGradientReference: ReferenceKernel<object> = (step, { inputs, outputs }) => {
  const [x, dy] = inputs as readonly [Float64Array, Float64Array]
  const [ds] = outputs as readonly [Float64Array]
  const spec = step.inputs[0] as ArraySpec
  const channels = lastAxis(spec)
  const each = x.length / picturesOf(spec)
  ds.fill(0)
  for (let i = 0; i < x.length; i++) {
    const at = Math.floor(i / each) * channels + (i % channels)
    ds[at] = (ds[at] as number) + (x[i] as number) * (dy[i] as number)
  }
}

/** inputs [x] → [y] */
export const numberReference: ReferenceKernel<NumberAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  for (let i = 0; i < y.length; i++) y[i] = attributes.factor * (x[i] as number)
}
