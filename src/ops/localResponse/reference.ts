/** Local response normalization by its formula: with p = k + α·Σd², y = x·p^(−β). */

import { lastAxis } from '../arrays.ts'
import type { ArraySpec, ReferenceKernel, StepSpec } from '../types.ts'
import { beforeOf, type LocalResponseAttributes } from './attributes.ts'

const at = (array: Float64Array, i: number): number => array[i] as number

/** The indices of the values in the window of each value, by its index. */
function windowsOf({
  attributes,
  inputs: [x],
}: StepSpec<LocalResponseAttributes>): (index: number) => readonly number[] {
  const [, height = 1, width = 1] = (x as ArraySpec).shape
  const channels = lastAxis(x as ArraySpec)
  const first = -beforeOf(attributes)
  const taps = Array.from({ length: attributes.size }, (_, i) => first + i)
  const within = (value: number, size: number) => value >= 0 && value < size
  if (attributes.over === 'channels')
    return (index) => taps.filter((tap) => within((index % channels) + tap, channels)).map((tap) => index + tap)
  return (index) => {
    const column = Math.floor(index / channels) % width
    const row = Math.floor(index / (channels * width)) % height
    return taps
      .filter((down) => within(row + down, height))
      .flatMap((down) =>
        taps.filter((right) => within(column + right, width)).map((right) => index + (down * width + right) * channels),
      )
  }
}

/** inputs [x, mean?] → [y] */
export const localResponseReference: ReferenceKernel<LocalResponseAttributes> = (step, { inputs, outputs }) => {
  const { alpha, beta, k } = step.attributes
  const [x, mean] = inputs as [Float64Array, Float64Array?]
  const [y] = outputs as [Float64Array]
  const d = mean === undefined ? x : x.map((value, i) => value - at(mean, i))
  const windowOf = windowsOf(step)
  for (let i = 0; i < x.length; i++) {
    const sum = windowOf(i).reduce((total, j) => total + at(d, j) ** 2, 0)
    y[i] = at(x, i) * (k + alpha * sum) ** -beta
  }
}

/** inputs [x, dy, mean?] → [dx, dmean?] */
export const localResponseGradientReference: ReferenceKernel<LocalResponseAttributes> = (step, { inputs, outputs }) => {
  const { alpha, beta, k } = step.attributes
  const [x, dy, mean] = inputs as [Float64Array, Float64Array, Float64Array?]
  const [dx, dmean] = outputs as [Float64Array, Float64Array?]
  const d = mean === undefined ? x : x.map((value, i) => value - at(mean, i))
  const windowOf = windowsOf(step)
  const direct = new Float64Array(x.length)
  // dL/dd, by way of every window that sees the value.
  const throughSums = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) {
    const window = windowOf(i)
    const p = k + alpha * window.reduce((total, j) => total + at(d, j) ** 2, 0)
    direct[i] = at(dy, i) * p ** -beta
    for (const j of window)
      throughSums[j] = at(throughSums, j) - at(dy, i) * at(x, i) * beta * p ** (-beta - 1) * alpha * 2 * at(d, j)
  }
  for (let i = 0; i < x.length; i++) {
    dx[i] = at(direct, i) + at(throughSums, i)
    if (dmean !== undefined) dmean[i] = -at(throughSums, i)
  }
}
