/** Pooling by its definition: for every window, the largest value (see `largestOf`) the average or the L2 norm, in float64. */

import { lastAxis } from '../arrays.ts'
import type { ArraySpec, ReferenceKernel, StepSpec } from '../types.ts'
import { type AveragePoolAttributes, inputShape, outputShape, type PoolAttributes } from './attributes.ts'

/** A window position, for channel 0; those of channel c lie c further on. */
interface PoolWindow {
  /** Flat index of the output value. */
  readonly output: number
  /** Flat indices of the input values that the window sees, in its own order. */
  readonly inputs: readonly number[]
  /** Values of the window that lie on the picture or its padding. */
  readonly padded: number
}

function* windowsOf({ attributes, inputs: [array] }: StepSpec<PoolAttributes>): Generator<PoolWindow> {
  const { kernel, stride, padding, dilation } = attributes.window
  const [, height, width, channels] = inputShape(attributes, array as ArraySpec)
  const [batch, rows, columns] = outputShape(attributes, array as ArraySpec)
  for (let n = 0; n < batch; n++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const inputs: number[] = []
        let padded = 0
        for (let i = 0; i < kernel[0]; i++)
          for (let j = 0; j < kernel[1]; j++) {
            const y = row * stride[0] + i * dilation[0] - padding[0]
            const x = column * stride[1] + j * dilation[1] - padding[1]
            if (y < height + padding[2] && x < width + padding[3]) padded++
            if (y < 0 || y >= height || x < 0 || x >= width) continue
            inputs.push(((n * height + y) * width + x) * channels)
          }
        yield { output: ((n * rows + row) * columns + column) * channels, inputs, padded }
      }
}

/** Where the largest of the window's values of channel c is; of equals the first. A NaN beats every number, the last NaN all others. */
function largestOf(x: Float64Array, { inputs }: PoolWindow, c: number): number {
  const later = (best: number, index: number) => {
    const value = x[index + c] as number
    return value > (x[best + c] as number) || Number.isNaN(value) ? index : best
  }
  return inputs.reduce(later) + c
}

function divisorOf({ countPadding }: AveragePoolAttributes, { inputs, padded }: PoolWindow): number {
  return countPadding === true ? padded : inputs.length
}

/** inputs [x] → [y] */
export const maxPoolReference: ReferenceKernel<PoolAttributes> = (step, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const channels = lastAxis(step.inputs[0] as ArraySpec)
  for (const window of windowsOf(step))
    for (let c = 0; c < channels; c++) y[window.output + c] = x[largestOf(x, window, c)] as number
}

/** inputs [x, dy] → [dx] */
export const maxPoolGradientReference: ReferenceKernel<PoolAttributes> = (step, { inputs, outputs }) => {
  const [x, dy] = inputs as readonly [Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  const channels = lastAxis(step.inputs[0] as ArraySpec)
  dx.fill(0)
  for (const window of windowsOf(step))
    for (let c = 0; c < channels; c++) {
      const winner = largestOf(x, window, c)
      dx[winner] = (dx[winner] as number) + (dy[window.output + c] as number)
    }
}

/** inputs [x] → [y] */
export const averagePoolReference: ReferenceKernel<AveragePoolAttributes> = (step, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const channels = lastAxis(step.inputs[0] as ArraySpec)
  for (const window of windowsOf(step))
    for (let c = 0; c < channels; c++) {
      const sum = window.inputs.reduce((total, index) => total + (x[index + c] as number), 0)
      y[window.output + c] = sum / divisorOf(step.attributes, window)
    }
}

/** inputs [dy] → [dx] */
export const averagePoolGradientReference: ReferenceKernel<AveragePoolAttributes> = (step, { inputs, outputs }) => {
  const [dy] = inputs as readonly [Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  const channels = lastAxis(step.inputs[0] as ArraySpec)
  dx.fill(0)
  for (const window of windowsOf(step))
    for (let c = 0; c < channels; c++) {
      const share = (dy[window.output + c] as number) / divisorOf(step.attributes, window)
      for (const index of window.inputs) dx[index + c] = (dx[index + c] as number) + share
    }
}

/** inputs [x] → [y] */
export const l2PoolReference: ReferenceKernel<PoolAttributes> = (step, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  const channels = lastAxis(step.inputs[0] as ArraySpec)
  for (const window of windowsOf(step))
    for (let c = 0; c < channels; c++)
      y[window.output + c] = Math.sqrt(window.inputs.reduce((sum, index) => sum + (x[index + c] as number) ** 2, 0))
}

/** inputs [x, y, dy] → [dx]: dy·x/y from each window, 0 from one of zeros. */
export const l2PoolGradientReference: ReferenceKernel<PoolAttributes> = (step, { inputs, outputs }) => {
  const [x, y, dy] = inputs as readonly [Float64Array, Float64Array, Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  const channels = lastAxis(step.inputs[0] as ArraySpec)
  dx.fill(0)
  for (const window of windowsOf(step))
    for (let c = 0; c < channels; c++) {
      const norm = y[window.output + c] as number
      if (norm === 0) continue
      const ratio = (dy[window.output + c] as number) / norm
      for (const index of window.inputs) dx[index + c] = (dx[index + c] as number) + ratio * (x[index + c] as number)
    }
}
