/**
 * Pooling on WASM. Forward shares out rows of the output. The gradient of max pooling shares out bands of rows of the
 * input: a band's owner goes through all windows that touch it and writes to its own rows only, so that windows which
 * overlap never race. The gradient of average pooling writes where windows do not overlap, and gathers where they do.
 */

import { rangesOf } from '../kernel/ranges.ts'
import type { WasmKernel } from '../types.ts'
import type { AveragePoolAttributes, PoolAttributes } from './attributes.ts'

/** What every kernel is told of its window, in the kernels' order. */
function geometryOf({ window, channels }: PoolAttributes): number[] {
  const { input, output, kernel, stride, padding, dilation } = window
  return [...input, channels, ...output, ...kernel, ...stride, padding[0], padding[1], ...dilation]
}

/** Up to here the rows and columns of a window lie when the divisor is counted: behind the picture, or its padding. */
function countedEdges({ window, countPadding }: AveragePoolAttributes): number[] {
  const [height, width] = window.input
  const [top, left, bottom, right] = window.padding
  return countPadding === true ? [-top, -left, height + bottom, width + right] : [0, 0, height, width]
}

function outputRows({ batch, window, channels }: PoolAttributes) {
  const rows = batch * window.output[0]
  const valuesEach = window.output[1] * channels * window.stride[0] * window.stride[1]
  return { rows, ...rangesOf(rows, valuesEach) }
}

/**
 * Rows of a band. Whole pictures where there are enough of them to share or where they are small; else bands of a few
 * times what two neighbors both have to look at.
 */
function bandsOf({ batch, window, channels }: PoolAttributes) {
  const [height, width] = window.input
  const rowSize = width * channels
  const extent = window.dilation[0] * (window.kernel[0] - 1) + 1
  const whole = batch >= 16 || height * rowSize <= 32_768
  const wanted = whole ? height : Math.max(8192 / rowSize, (height * batch) / 16, 4 * extent)
  const bandRows = Math.min(height, Math.ceil(wanted / window.stride[0]) * window.stride[0])
  const bands = Math.ceil(height / bandRows)
  return { bandRows, bands, items: batch * bands, ...rangesOf(batch * bands, bandRows * rowSize) }
}

/** Whether no value is in two windows, and whether each is in one. */
function overlapOf({ window }: PoolAttributes): { readonly apart: boolean; readonly covered: boolean } {
  const { input, output, kernel, stride, padding, dilation } = window
  const axes = [0, 1] as const
  const extent = (axis: 0 | 1) => dilation[axis] * (kernel[axis] - 1) + 1
  const single = (axis: 0 | 1) => output[axis] === 1
  return {
    apart: axes.every((axis) => single(axis) || stride[axis] >= extent(axis)),
    covered: axes.every(
      (axis) =>
        dilation[axis] === 1 &&
        (single(axis) || stride[axis] <= kernel[axis]) &&
        (output[axis] - 1) * stride[axis] + kernel[axis] - padding[axis] >= input[axis],
    ),
  }
}

export const maxPoolWasm: WasmKernel<PoolAttributes> = {
  calls({ attributes }, at) {
    const { rows, chunk, tiles } = outputRows(attributes)
    const args = [...at.inputs, ...at.outputs, ...geometryOf(attributes), rows, chunk]
    return { run: [{ kernel: 'maxPoolForward', args, tiles }] }
  },
}

export const maxPoolGradientWasm: WasmKernel<PoolAttributes> = {
  calls({ attributes }, at) {
    const { bandRows, bands, items, chunk, tiles } = bandsOf(attributes)
    const args = [...at.inputs, ...at.outputs, ...geometryOf(attributes), bandRows, bands, items, chunk]
    return { run: [{ kernel: 'maxPoolGradient', args, tiles }] }
  },
}

export const averagePoolWasm: WasmKernel<AveragePoolAttributes> = {
  calls({ attributes }, at) {
    const { rows, chunk, tiles } = outputRows(attributes)
    const args = [...at.inputs, ...at.outputs, ...geometryOf(attributes), ...countedEdges(attributes), rows, chunk]
    return { run: [{ kernel: 'averagePoolForward', args, tiles }] }
  },
}

export const averagePoolGradientWasm: WasmKernel<AveragePoolAttributes> = {
  calls({ attributes }, at) {
    const geometry = [...geometryOf(attributes), ...countedEdges(attributes)]
    const { apart, covered } = overlapOf(attributes)
    if (apart) {
      const { rows, chunk, tiles } = outputRows(attributes)
      const args = [...at.inputs, ...at.outputs, ...geometry, covered ? 1 : 0, rows, chunk]
      return { run: [{ kernel: 'averagePoolSpread', args, tiles }] }
    }
    const rows = attributes.batch * attributes.window.input[0]
    const { chunk, tiles } = rangesOf(rows, attributes.window.input[1] * attributes.channels)
    return {
      run: [{ kernel: 'averagePoolGather', args: [...at.inputs, ...at.outputs, ...geometry, rows, chunk], tiles }],
    }
  },
}
