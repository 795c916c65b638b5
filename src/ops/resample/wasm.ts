/** Resampling on WASM: a tile is a range of rows; the gradient is the same kernel with the axes' matrices transposed. */

import { lastAxis, picturesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec, StepSpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { type ResampleAttributes, rules } from './attributes.ts'

/** For each axis: where the taps of a position start, and up to two taps (position and weight) for each output. */
function tableBytes({ attributes: { input, output } }: StepSpec<ResampleAttributes>): number {
  const axis = (index: 0 | 1) => (Math.max(input[index], output[index]) + 2) * 4 + output[index] * 16
  return axis(0) + axis(1)
}

const resampleBy = (transposed: boolean): WasmKernel<ResampleAttributes> => ({
  workspace: (step) => ({ perThread: tableBytes(step) }),
  calls({ attributes: { rule, input, output, start }, inputs: [from] }, at) {
    const [images, channels] = [picturesOf(from as ArraySpec), lastAxis(from as ArraySpec)]
    const [inHeight, inWidth] = input
    const [outHeight, outWidth] = output
    const [startY, startX] = start
    const rows = images * (transposed ? inHeight : outHeight)
    const { chunk, tiles } = rangesOf(rows, (transposed ? inWidth : outWidth) * channels)
    const [source = 0, target = 0] = [...at.inputs, ...at.outputs]
    const sizes = { channels, inHeight, inWidth, outHeight, outWidth, startY, startX }
    const how = { rule: rules[rule], transposed: transposed ? 1 : 0 }
    return { run: [call('resample', { source, target, ...sizes, ...how, rows, chunk }, tiles)] }
  },
})

export const resampleWasm = resampleBy(false)
export const resampleGradientWasm = resampleBy(true)
