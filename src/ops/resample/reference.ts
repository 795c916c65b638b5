/** Padding, cropping and upsampling by their definition: the inputs that an output position is made of, with their weights. */

import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'
import type { ReferenceKernel, StepSpec } from '../types.ts'
import type { ResampleAttributes } from './attributes.ts'

type Taps = readonly (readonly [position: number, weight: number])[]

/** What output position i of an axis is made of. */
function tapsAt({ rule, input, output, start }: ResampleAttributes, axis: 0 | 1, i: number): Taps {
  const [length, results] = [input[axis], output[axis]]
  const last = length - 1
  const at = i + start[axis]
  const between = (position: number): Taps => {
    const low = Math.floor(position)
    const taps = [[low, 1 - (position - low)] as const, [Math.min(low + 1, last), position - low] as const]
    return taps.filter(([, weight]) => weight !== 0)
  }
  switch (rule) {
    case 'zero':
      return at < 0 || at > last ? [] : [[at, 1]]
    case 'reflect':
      return [[at < 0 ? -at : at > last ? 2 * last - at : at, 1]]
    case 'edge':
      return [[Math.min(Math.max(at, 0), last), 1]]
    case 'nearest':
      return [[Math.floor((i * length) / results), 1]]
    case 'bilinear':
      return between(Math.min(Math.max(((i + 0.5) * length) / results - 0.5, 0), last))
    case 'corners':
      return between(results === 1 ? 0 : (i * last) / (results - 1))
  }
}

/** Calls `term` for every input value that an output value is made of: flat indices and the weight. */
function forEachTap(
  { attributes, inputs }: StepSpec<ResampleAttributes>,
  term: (x: number, y: number, weight: number) => void,
): void {
  const [images, channels] = [picturesOf(inputs[0] as ArraySpec), lastAxis(inputs[0] as ArraySpec)]
  const { input, output } = attributes
  for (let n = 0; n < images; n++)
    for (let i = 0; i < output[0]; i++)
      for (let j = 0; j < output[1]; j++)
        for (const [row, down] of tapsAt(attributes, 0, i))
          for (const [column, across] of tapsAt(attributes, 1, j))
            for (let c = 0; c < channels; c++)
              term(
                ((n * input[0] + row) * input[1] + column) * channels + c,
                ((n * output[0] + i) * output[1] + j) * channels + c,
                down * across,
              )
}

/** inputs [x] → [y] */
export const resampleReference: ReferenceKernel<ResampleAttributes> = (step, { inputs, outputs }) => {
  const [x] = inputs as readonly [Float64Array]
  const [y] = outputs as readonly [Float64Array]
  y.fill(0)
  forEachTap(step, (from, to, weight) => {
    y[to] = (y[to] as number) + weight * (x[from] as number)
  })
}

/** inputs [dy] → [dx] */
export const resampleGradientReference: ReferenceKernel<ResampleAttributes> = (step, { inputs, outputs }) => {
  const [dy] = inputs as readonly [Float64Array]
  const [dx] = outputs as readonly [Float64Array]
  dx.fill(0)
  forEachTap(step, (to, from, weight) => {
    dx[to] = (dx[to] as number) + weight * (dy[from] as number)
  })
}
