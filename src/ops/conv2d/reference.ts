/**
 * Convolution as the notes define it: V[n, y, x, k] = Σ X[window]·W[k] + b[k], in float64. Three directions, each written
 * from the definition: a product x·w contributes to one output, and its two partial derivatives follow from it.
 */

import { affineOf } from '../affine.ts'
import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'
import { boundsOf } from '../pointwise/table.ts'
import type { ReferenceKernel, StepSpec } from '../types.ts'
import { type Conv2dAttributes, type Conv2dGeometry, filterShape, inputShape, outputShape } from './geometry.ts'

/** Calls `term` for every product of the convolution: flat indices of the input value, the filter weight, the output. */
function forEachProduct(
  { attributes: geometry, inputs }: StepSpec<Conv2dGeometry>,
  term: (x: number, w: number, y: number) => void,
): void {
  const { window, groups } = geometry
  // In every direction the first array has a picture for each of its first axis.
  const batch = picturesOf(inputs[0] as ArraySpec)
  const [, height, width, channels] = inputShape(geometry, batch)
  const [, rows, columns, filters] = outputShape(geometry, batch)
  const [fh, fw, depth] = filterShape(geometry)
  const perGroup = filters / groups
  for (let n = 0; n < batch; n++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let i = 0; i < fh; i++)
          for (let j = 0; j < fw; j++) {
            const y = row * window.stride[0] + i * window.dilation[0] - window.padding[0]
            const x = column * window.stride[1] + j * window.dilation[1] - window.padding[1]
            if (y < 0 || y >= height || x < 0 || x >= width) continue
            for (let c = 0; c < depth; c++)
              for (let k = 0; k < filters; k++) {
                const channel = Math.floor(k / perGroup) * depth + c
                term(
                  ((n * height + y) * width + x) * channels + channel,
                  ((i * fw + j) * depth + c) * filters + k,
                  ((n * rows + row) * columns + column) * filters + k,
                )
              }
          }
}

/** inputs [x, filters, bias?, and of an absorbed norm: scale?, shift?, mean, variance] → [y] */
export const conv2dReference: ReferenceKernel<Conv2dAttributes> = (step, { inputs, outputs }) => {
  const { attributes } = step
  const [x, w] = inputs as readonly [Float64Array, Float64Array]
  const bias = attributes.bias ? inputs[2] : undefined
  const [y] = outputs as readonly [Float64Array]
  for (let i = 0; i < y.length; i++) y[i] = bias === undefined ? 0 : (bias[i % attributes.filters] as number)
  forEachProduct(step, (xi, wi, yi) => {
    y[yi] = (y[yi] as number) + (x[xi] as number) * (w[wi] as number)
  })
  if (attributes.norm !== undefined) {
    const { scale, shift, others } = affineOf(attributes.norm, inputs.slice(attributes.bias ? 3 : 2))
    const [mean, variance] = others as [Float64Array, Float64Array]
    for (let i = 0; i < y.length; i++) {
      const k = i % attributes.filters
      const deviation = Math.sqrt((variance[k] as number) + attributes.norm.epsilon)
      y[i] = (((y[i] as number) - (mean[k] as number)) / deviation) * (scale?.[k] ?? 1) + (shift?.[k] ?? 0)
    }
  }
  const [least, most] = boundsOf(attributes.activation)
  for (let i = 0; i < y.length; i++) y[i] = Math.min(Math.max(y[i] as number, least), most)
}

/** inputs [dy, filters] → [dx] */
export const inputGradientReference: ReferenceKernel<Conv2dGeometry> = (step, { inputs, outputs }) => {
  const [dy, w] = inputs as readonly [Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  dx.fill(0)
  forEachProduct(step, (xi, wi, yi) => {
    dx[xi] = (dx[xi] as number) + (dy[yi] as number) * (w[wi] as number)
  })
}

/** inputs [x, dy] → [dfilters] */
export const filterGradientReference: ReferenceKernel<Conv2dGeometry> = (step, { inputs, outputs }) => {
  const [x, dy] = inputs as readonly [Float64Array, Float64Array]
  const [dw] = outputs as readonly [Float64Array]
  dw.fill(0)
  forEachProduct(step, (xi, wi, yi) => {
    dw[wi] = (dw[wi] as number) + (x[xi] as number) * (dy[yi] as number)
  })
}

/** inputs [dy] → [dbias] */
export const channelSumReference: ReferenceKernel<object> = (step, { inputs, outputs }) => {
  const channels = lastAxis(step.inputs[0] as ArraySpec)
  const [dy] = inputs as readonly [Float64Array]
  const [sum] = outputs as readonly [Float64Array]
  sum.fill(0)
  for (let i = 0; i < dy.length; i++) {
    const channel = i % channels
    sum[channel] = (sum[channel] as number) + (dy[i] as number)
  }
}
