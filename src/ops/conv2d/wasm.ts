/**
 * Convolution and its gradients on WASM: which kernel a geometry goes to. A filter that covers the whole picture is a
 * matrix product (dense/), as many groups as channels are independent sums (depthwise/), 3×3 with stride 1 mostly goes by
 * Winograd's method (winograd/, by the rule of choice.ts), all else is a product whose left matrix is read in place
 * (kernel.as.ts).
 */

import { boundsOf } from '../pointwise/table.ts'
import type { Workspace } from '../target.ts'
import type { WasmCall, WasmCalls, WasmKernel } from '../wasm/types.ts'
import { lines } from './blocks.ts'
import { type Direction, winogradSide } from './choice.ts'
import { type Correlation, forwardCorrelation, inputGradientCorrelations } from './correlation.ts'
import { type DenseShape, denseCalls, denseShape, denseWorkspace } from './dense/wasm.ts'
import {
  type DepthwiseShape,
  depthwiseCall,
  depthwiseFilterGradientCalls,
  depthwiseFilterGradientWorkspace,
  depthwisePackCall,
  depthwisePackedBytes,
  depthwiseScratch,
} from './depthwise/wasm.ts'
import { filterGradientCalls, filterGradientWorkspace } from './filterGradient/wasm.ts'
import { foldBytes, foldNorm } from './fold/wasm.ts'
import type { Conv2dAttributes, Conv2dGeometry } from './geometry.ts'
import { type ProductShape, packCall, packedBytes, packTurnedCall, productCall, productScratch } from './product.ts'
import { winogradFilterGradientCalls, winogradFilterGradientWorkspace } from './winograd/filterGradient/wasm.ts'
import { winogradAmplification } from './winograd/matrices.ts'
import { winogradCalls, winogradWorkspace } from './winograd/wasm.ts'
import { type Conv2dWork, workOf } from './work.ts'

export { channelSumWasm } from './channelSum/wasm.ts'

/** Of gradients. */
const none = boundsOf('none')

function isDepthwise({ channels, groups }: Conv2dGeometry): boolean {
  return groups === channels && groups > 1
}

function amplification(geometry: Conv2dWork, direction: Direction): number {
  const side = winogradSide(geometry, direction)
  return side && !denseShape(geometry) ? winogradAmplification(side, direction) : 1
}

/** Source channels and result columns of one group. */
function forwardShape(geometry: Conv2dWork): ProductShape {
  const { batch, largestBatch, channels, filters, groups } = geometry
  return { images: batch, mostImages: largestBatch, groups, channels: channels / groups, columns: filters / groups }
}

function backwardShape(geometry: Conv2dWork): ProductShape {
  const { channels, columns, ...others } = forwardShape(geometry)
  return { ...others, channels: columns, columns: channels }
}

function depthwiseForward({ batch, channels, filters }: Conv2dWork): DepthwiseShape {
  return { images: batch, channels: filters, sourceChannels: channels, up: 1, down: filters / channels, passes: 1 }
}

function depthwiseBackward({ batch, channels, filters }: Conv2dWork): DepthwiseShape {
  const multiplier = filters / channels
  return { images: batch, channels, sourceChannels: filters, up: multiplier, down: 1, passes: multiplier }
}

/** inputs [x, filters, bias?, and where a norm was absorbed: scale, shift, mean, variance] → [y] */
export const conv2dWasm: WasmKernel<Conv2dAttributes> = {
  amplification: (step, context) => amplification(workOf(step, context), 'forward'),
  workspace(step, context) {
    const attributes = workOf(step, context)
    const needs = forwardWorkspace(attributes)
    if (attributes.norm === undefined) return needs
    return { ...needs, shared: Math.max(needs.shared ?? 0, foldBytes(attributes)) }
  },
  calls(step, at, context) {
    const attributes = workOf(step, context)
    const { norm, bias } = attributes
    const [source = 0, filters = 0, biases = 0] = at.inputs
    const { prepared, shared } = at
    const addresses = { source, target: at.outputs[0] ?? 0, prepared, shared }
    if (norm === undefined) return forwardCalls(attributes, { ...addresses, filters, bias: bias ? biases : 0 })
    const folded = foldNorm(attributes, norm.epsilon, at)
    const { prepare, run } = forwardCalls(attributes, { ...addresses, filters: folded.filters, bias: folded.bias })
    return { prepare: [folded.call, ...prepare], run }
  },
}

interface ForwardAddresses {
  readonly source: number
  readonly filters: number
  /** 0: none */
  readonly bias: number
  readonly target: number
  readonly prepared: number
  readonly shared: number
}

type ForwardWork = Conv2dAttributes & Conv2dWork

function forwardWorkspace(attributes: ForwardWork): Workspace {
  const dense = denseShape(attributes)
  if (dense) return denseWorkspace(dense, false)
  const forward = forwardCorrelation(attributes.window)
  if (isDepthwise(attributes)) {
    const shape = depthwiseForward(attributes)
    return { prepared: depthwisePackedBytes(forward, shape), perThread: depthwiseScratch(forward, shape) }
  }
  const shape = forwardShape(attributes)
  const side = winogradSide(attributes, 'forward')
  if (side) return winogradWorkspace(forward, shape, side)
  return { prepared: packedBytes(forward, shape), perThread: productScratch(forward, shape) }
}

function forwardCalls(attributes: ForwardWork, at: ForwardAddresses): Required<WasmCalls> {
  const { source, filters, bias, target, prepared, shared } = at
  const bounds = boundsOf(attributes.activation)
  const dense = denseShape(attributes)
  if (dense)
    return { prepare: [], run: denseCalls(dense, false, { source, weights: filters, bias, target, shared }, bounds) }
  const forward = forwardCorrelation(attributes.window)
  if (isDepthwise(attributes)) {
    const shape = depthwiseForward(attributes)
    const from = { filters, bias, packed: prepared }
    return {
      prepare: [depthwisePackCall(forward, shape, attributes.window.kernel[1], from)],
      run: [depthwiseCall(forward, shape, source, prepared, target, bounds)],
    }
  }
  const shape = forwardShape(attributes)
  const side = winogradSide(attributes, 'forward')
  if (side) return winogradCalls(forward, shape, side, false, at, bounds)
  return {
    prepare: [packCall(forward, shape, filters, bias, prepared)],
    run: [productCall(forward, shape, source, prepared, target, bounds)],
  }
}

/** inputs [dy, filters] → [dx] */
export const inputGradientWasm: WasmKernel<Conv2dGeometry> = {
  amplification: (step, context) => amplification(workOf(step, context), 'inputGradient'),
  workspace(step, context) {
    const attributes = workOf(step, context)
    const dense = denseShape(attributes)
    if (dense) return denseWorkspace(turned(dense), true)
    const winograd = winogradBackward(attributes)
    if (winograd) return winogradWorkspace(winograd.correlation, winograd.shape, winograd.side)
    const parts = inputGradientParts(attributes, 0)
    return {
      prepared: parts.reduce((sum, part) => sum + part.bytes, 0),
      perThread: parts.reduce((most, part) => Math.max(most, part.scratch), 0),
    }
  },
  calls(step, at, context) {
    const attributes = workOf(step, context)
    const [source = 0, filters = 0] = at.inputs
    const [target = 0] = at.outputs
    const dense = denseShape(attributes)
    const { shared } = at
    if (dense)
      return { run: denseCalls(turned(dense), true, { source, weights: filters, bias: 0, target, shared }, none) }
    const winograd = winogradBackward(attributes)
    if (winograd) {
      const { correlation, shape, side } = winograd
      const addresses = { source, filters, bias: 0, target, prepared: at.prepared, shared }
      return winogradCalls(correlation, shape, side, true, addresses, none)
    }
    const parts = inputGradientParts(attributes, at.prepared)
    return {
      prepare: parts.map((part) => part.prepare(filters)),
      run: parts.map((part) => part.run(source, target)),
    }
  },
}

/** The input gradient as a single stride-1 correlation, where Winograd's method is to compute it. */
function winogradBackward(geometry: Conv2dWork) {
  const side = winogradSide(geometry, 'inputGradient')
  const [correlation] = side ? inputGradientCorrelations(geometry.window) : []
  return side && correlation && { correlation, shape: backwardShape(geometry), side }
}

/** dY·Wᵀ: the product of the same weights with rows of K terms. */
function turned(shape: DenseShape): DenseShape {
  return { ...shape, terms: shape.columns, columns: shape.terms }
}

/** One correlation of the input gradient, with its place in the prepared workspace. */
interface Part {
  readonly bytes: number
  readonly scratch: number
  prepare(filters: number): WasmCall
  run(source: number, target: number): WasmCall
}

function inputGradientParts(geometry: Conv2dWork, prepared: number): readonly Part[] {
  const filterWidth = geometry.window.kernel[1]
  let packed = prepared
  return inputGradientCorrelations(geometry.window).map((correlation) => {
    const here = packed
    let part: Part
    if (isDepthwise(geometry)) {
      const shape = depthwiseBackward(geometry)
      part = {
        bytes: lines(depthwisePackedBytes(correlation, shape)),
        scratch: depthwiseScratch(correlation, shape),
        prepare: (filters) => depthwisePackCall(correlation, shape, filterWidth, { filters, bias: 0, packed: here }),
        run: (source, target) => depthwiseCall(correlation, shape, source, here, target, none),
      }
    } else {
      const shape = backwardShape(geometry)
      part = {
        bytes: lines(packedBytes(correlation, shape)),
        scratch: productScratch(correlation, shape),
        prepare: (filters) => packTurnedCall(correlation, shape, filterWidth, filters, here),
        run: (source, target) => productCall(correlation, shape, source, here, target, none),
      }
    }
    packed += part.bytes
    return part
  })
}

/** inputs [x, dy] → [dfilters] */
export const filterGradientWasm: WasmKernel<Conv2dGeometry> = {
  amplification: (step, context) => amplification(workOf(step, context), 'filterGradient'),
  workspace(step, context) {
    const attributes = workOf(step, context)
    const forward = forwardCorrelation(attributes.window)
    if (isDepthwise(attributes)) return depthwiseFilterGradientWorkspace(forward, depthwiseForward(attributes))
    const side = winogradSide(attributes, 'filterGradient')
    if (side && !denseShape(attributes)) return winogradFilterGradientWorkspace(forward, forwardShape(attributes), side)
    const [correlation, shape] = filterGradientShape(attributes)
    return filterGradientWorkspace(correlation, shape)
  },
  calls(step, at, context) {
    const attributes = workOf(step, context)
    const [source = 0, gradient = 0] = at.inputs
    const [target = 0] = at.outputs
    const addresses = { source, gradient, target, shared: at.shared }
    const forward = forwardCorrelation(attributes.window)
    if (isDepthwise(attributes)) {
      return { run: depthwiseFilterGradientCalls(forward, depthwiseForward(attributes), addresses) }
    }
    const side = winogradSide(attributes, 'filterGradient')
    if (side && !denseShape(attributes))
      return { run: winogradFilterGradientCalls(forward, forwardShape(attributes), side, addresses) }
    const [correlation, shape] = filterGradientShape(attributes)
    return { run: filterGradientCalls(correlation, shape, addresses) }
  },
}

/** A filter that covers the whole picture is a 1×1 filter on one pixel of F·F·C channels. */
function filterGradientShape(geometry: Conv2dWork): readonly [Correlation, ProductShape] {
  const dense = denseShape(geometry)
  if (!dense) return [forwardCorrelation(geometry.window), forwardShape(geometry)]
  const { rows, terms, columns } = dense
  return [onePixel, { images: rows, mostImages: rows, groups: 1, channels: terms, columns }]
}

const onePixel = forwardCorrelation({
  kernel: [1, 1],
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  input: [1, 1],
  output: [1, 1],
})
