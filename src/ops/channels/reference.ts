/** Concatenation, slices and zero padding of channels, one value at a time. */

import { lastAxis, rowsOf } from '../arrays.ts'
import type { ArraySpec, ReferenceKernel } from '../types.ts'
import type { SliceAttributes, WidenAttributes } from './attributes.ts'

/** inputs [x0, x1, …] → [y] */
export const concatReference: ReferenceKernel<object> = (step, { inputs, outputs }) => {
  const [y] = outputs as readonly [Float64Array]
  const rows = rowsOf(step.inputs[0] as ArraySpec)
  let to = 0
  for (let row = 0; row < rows; row++)
    step.inputs.forEach((spec, i) => {
      const channels = lastAxis(spec)
      for (let c = 0; c < channels; c++) y[to++] = inputs[i]?.[row * channels + c] as number
    })
}

/** inputs [x] → [y] */
export const sliceReference: ReferenceKernel<SliceAttributes> = (step, { inputs, outputs }) => {
  const { from, count } = step.attributes
  const spec = step.inputs[0] as ArraySpec
  const [rows, channels] = [rowsOf(spec), lastAxis(spec)]
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < count; c++) y[row * count + c] = x[row * channels + from + c] as number
}

/** inputs [x] → [y] */
export const widenReference: ReferenceKernel<WidenAttributes> = (step, { inputs, outputs }) => {
  const { before, after } = step.attributes
  const spec = step.inputs[0] as ArraySpec
  const [rows, channels] = [rowsOf(spec), lastAxis(spec)]
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  y.fill(0)
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < channels; c++)
      y[row * (before + channels + after) + before + c] = x[row * channels + c] as number
}
