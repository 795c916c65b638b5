/**
 * Pooling on WASM. Forward shares out rows of the output. The gradient of max pooling shares out bands of rows of the
 * input: a band's owner goes through all windows that touch it and writes to its own rows only, so that windows which
 * overlap never race. The gradient of average and L2-norm pooling writes where windows do not overlap, and gathers where they
 * do.
 */

import { sizeOf } from '../../core/shapes.ts'
import { bytesOf, lastAxis, picturesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec, StepSpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmCall, WasmKernel } from '../wasm/types.ts'
import type { AveragePoolAttributes, PoolAttributes } from './attributes.ts'

/** A step's window, with the number of pictures and channels that its arrays have. */
interface Work<A extends PoolAttributes = PoolAttributes> {
  readonly attributes: A
  readonly window: PoolAttributes['window']
  readonly batch: number
  readonly channels: number
}

function workOf<A extends PoolAttributes>({ attributes, inputs }: StepSpec<A>): Work<A> {
  const array = inputs[0] as ArraySpec
  return { attributes, window: attributes.window, batch: picturesOf(array), channels: lastAxis(array) }
}

/** What every kernel is told of its window. */
function windowArguments({ window, channels }: Work) {
  const [height, width] = window.input
  const [outHeight, outWidth] = window.output
  const [kernelHeight, kernelWidth] = window.kernel
  const [strideY, strideX] = window.stride
  const [top, left] = window.padding
  const [dilationY, dilationX] = window.dilation
  const filter = { kernelHeight, kernelWidth, strideY, strideX, top, left, dilationY, dilationX }
  return { height, width, channels, outHeight, outWidth, ...filter }
}

/** Up to here the rows and columns of a window lie when the divisor is counted: behind the picture, or its padding. */
function countedEdges({ window, countPadding }: AveragePoolAttributes) {
  const [height, width] = window.input
  const [top, left, bottom, right] = window.padding
  return countPadding === true
    ? { countTop: -top, countLeft: -left, countBottom: height + bottom, countRight: width + right }
    : { countTop: 0, countLeft: 0, countBottom: height, countRight: width }
}

function outputRows({ batch, window, channels }: Work) {
  const items = batch * window.output[0]
  const valuesEach = window.output[1] * channels * window.stride[0] * window.stride[1]
  return { items, ...rangesOf(items, valuesEach) }
}

/**
 * Rows of a band. Whole pictures where there are enough of them to share or where they are small; else bands of a few
 * times what two neighbors both have to look at.
 */
function bandsOf({ batch, window, channels }: Work) {
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
function overlapOf({ window }: Work): { readonly apart: boolean; readonly covered: boolean } {
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
  calls(step, at) {
    const work = workOf(step)
    const { items, chunk, tiles } = outputRows(work)
    const [x = 0] = at.inputs
    const [y = 0] = at.outputs
    return { run: [call('maxPoolForward', { x, y, ...windowArguments(work), items, chunk }, tiles)] }
  },
}

export const maxPoolGradientWasm: WasmKernel<PoolAttributes> = {
  calls(step, at) {
    const work = workOf(step)
    const { tiles, ...bands } = bandsOf(work)
    const [x = 0, dy = 0] = at.inputs
    const [dx = 0] = at.outputs
    return { run: [call('maxPoolGradient', { x, dy, dx, ...windowArguments(work), ...bands }, tiles)] }
  },
}

export const averagePoolWasm: WasmKernel<AveragePoolAttributes> = {
  calls(step, at) {
    const work = workOf(step)
    const { items, chunk, tiles } = outputRows(work)
    const [x = 0] = at.inputs
    const [y = 0] = at.outputs
    const geometry = { ...windowArguments(work), ...countedEdges(work.attributes) }
    return { run: [call('averagePoolForward', { x, y, ...geometry, items, chunk }, tiles)] }
  },
}

/** Gives each value its share of dy of the windows that see it, or with `whole` all of it. */
function spread(work: Work<AveragePoolAttributes>, dy: number, dx: number, whole: 0 | 1): WasmCall {
  const geometry = { ...windowArguments(work), ...countedEdges(work.attributes), whole }
  const { apart, covered } = overlapOf(work)
  if (apart) {
    const { items, chunk, tiles } = outputRows(work)
    return call('averagePoolSpread', { dy, dx, ...geometry, covered: covered ? 1 : 0, items, chunk }, tiles)
  }
  const items = work.batch * work.window.input[0]
  const { chunk, tiles } = rangesOf(items, work.window.input[1] * work.channels)
  return call('averagePoolGather', { dy, dx, ...geometry, items, chunk }, tiles)
}

export const averagePoolGradientWasm: WasmKernel<AveragePoolAttributes> = {
  calls(step, at) {
    const [dy = 0] = at.inputs
    const [dx = 0] = at.outputs
    return { run: [spread(workOf(step), dy, dx, 0)] }
  },
}

export const l2PoolWasm: WasmKernel<PoolAttributes> = {
  calls(step, at) {
    const work = workOf(step)
    const { items, chunk, tiles } = outputRows(work)
    const [x = 0] = at.inputs
    const [y = 0] = at.outputs
    const geometry = { ...windowArguments(work), ...countedEdges(work.attributes) }
    return { run: [call('l2PoolForward', { x, y, ...geometry, items, chunk }, tiles)] }
  },
}

/** dy/y in the shared workspace, its sums over the windows that see each value, and the product with x. */
export const l2PoolGradientWasm: WasmKernel<PoolAttributes> = {
  workspace: ({ inputs }) => ({ shared: bytesOf(inputs[1] as ArraySpec) }),
  calls(step, at) {
    const [x = 0, y = 0, dy = 0] = at.inputs
    const [dx = 0] = at.outputs
    const ratios = at.shared
    const values = step.inputs.map(({ shape }) => sizeOf(shape)) as [number, number, number]
    const ofInput = rangesOf(values[0])
    const ofOutput = rangesOf(values[1])
    return {
      run: [
        call('l2PoolGradientRatios', { y, dy, ratios, count: values[1], chunk: ofOutput.chunk }, ofOutput.tiles),
        spread(workOf(step), ratios, dx, 1),
        call('l2PoolGradientScale', { x, dx, count: values[0], chunk: ofInput.chunk }, ofInput.tiles),
      ],
    }
  },
}
