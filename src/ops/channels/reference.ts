/** Concatenation, slices and zero padding of channels, one value at a time. */

import type { ReferenceKernel } from '../types.ts'
import type { ConcatAttributes, SliceAttributes, WidenAttributes } from './op.ts'

/** inputs [x0, x1, …] → [y] */
export const concatReference: ReferenceKernel<ConcatAttributes> = ({ attributes }, { inputs, outputs }) => {
  const [y] = outputs as readonly [Float64Array]
  let to = 0
  for (let row = 0; row < attributes.rows; row++)
    attributes.channels.forEach((channels, i) => {
      for (let c = 0; c < channels; c++) y[to++] = inputs[i]?.[row * channels + c] as number
    })
}

/** inputs [x] → [y] */
export const sliceReference: ReferenceKernel<SliceAttributes> = ({ attributes }, { inputs, outputs }) => {
  const { rows, channels, from, count } = attributes
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < count; c++) y[row * count + c] = x[row * channels + from + c] as number
}

/** inputs [x] → [y] */
export const widenReference: ReferenceKernel<WidenAttributes> = ({ attributes }, { inputs, outputs }) => {
  const { rows, channels, before, after } = attributes
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  y.fill(0)
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < channels; c++)
      y[row * (before + channels + after) + before + c] = x[row * channels + c] as number
}
