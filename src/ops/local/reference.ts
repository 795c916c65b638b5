/** Locally connected layers by their definition: a convolution whose filters differ from position to position, in float64. */

import { type ArraySpec, picturesOf } from '../arrays.ts'
import { boundsOf } from '../pointwise/table.ts'
import type { ReferenceKernel, StepSpec } from '../types.ts'
import type { LocalAttributes, LocalGeometry } from './attributes.ts'

/** Calls `term` for every product: flat indices of the input value, the weight, the output. */
function forEachProduct(
  { attributes: { window, channels, filters }, inputs }: StepSpec<LocalGeometry>,
  term: (x: number, w: number, y: number) => void,
): void {
  const { input, output, kernel, stride, dilation, padding } = window
  const positions = output[0] * output[1]
  // In every direction the first array has an image for each of its first axis.
  for (let n = 0; n < picturesOf(inputs[0] as ArraySpec); n++)
    for (let position = 0; position < positions; position++)
      for (let i = 0; i < kernel[0]; i++)
        for (let j = 0; j < kernel[1]; j++) {
          const y = Math.floor(position / output[1]) * stride[0] + i * dilation[0] - padding[0]
          const x = (position % output[1]) * stride[1] + j * dilation[1] - padding[1]
          if (y < 0 || y >= input[0] || x < 0 || x >= input[1]) continue
          for (let c = 0; c < channels; c++)
            for (let k = 0; k < filters; k++)
              term(
                ((n * input[0] + y) * input[1] + x) * channels + c,
                (((position * kernel[0] + i) * kernel[1] + j) * channels + c) * filters + k,
                (n * positions + position) * filters + k,
              )
        }
}

/** inputs [x, filters, bias?] → [y] */
export const localReference: ReferenceKernel<LocalAttributes> = (step, { inputs, outputs }) => {
  const { attributes } = step
  const [x, w, bias] = inputs as readonly [Float64Array, Float64Array, Float64Array?]
  const [y] = outputs as readonly [Float64Array]
  const [least, most] = boundsOf(attributes.activation)
  for (let i = 0; i < y.length; i++) y[i] = bias === undefined ? 0 : (bias[i % bias.length] as number)
  forEachProduct(step, (xi, wi, yi) => {
    y[yi] = (y[yi] as number) + (x[xi] as number) * (w[wi] as number)
  })
  for (let i = 0; i < y.length; i++) y[i] = Math.min(Math.max(y[i] as number, least), most)
}

/** inputs [dy, filters] → [dx] */
export const localInputGradientReference: ReferenceKernel<LocalGeometry> = (step, { inputs, outputs }) => {
  const [dy, w] = inputs as readonly [Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  dx.fill(0)
  forEachProduct(step, (xi, wi, yi) => {
    dx[xi] = (dx[xi] as number) + (dy[yi] as number) * (w[wi] as number)
  })
}

/** inputs [x, dy] → [dfilters] */
export const localFilterGradientReference: ReferenceKernel<LocalGeometry> = (step, { inputs, outputs }) => {
  const [x, dy] = inputs as readonly [Float64Array, Float64Array]
  const [dw] = outputs as readonly [Float64Array]
  dw.fill(0)
  forEachProduct(step, (xi, wi, yi) => {
    dw[wi] = (dw[wi] as number) + (x[xi] as number) * (dy[yi] as number)
  })
}

/** inputs [dy] → [dbias] */
export const localBiasGradientReference: ReferenceKernel<object> = (_, { inputs, outputs }) => {
  const [dy] = inputs as readonly [Float64Array]
  const [sum] = outputs as readonly [Float64Array]
  sum.fill(0)
  for (let i = 0; i < dy.length; i++) {
    const at = i % sum.length
    sum[at] = (sum[at] as number) + (dy[i] as number)
  }
}
