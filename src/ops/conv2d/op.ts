/**
 * Convolution and its three gradients. FC layers are convolutions of a 1×1 volume (the notes' FC → CONV), so this slice
 * is also the matrix product. Backward keeps x (for the filters) and, where an activation was taken into the store, y
 * (which tells its derivative); the pre-activation is never stored.
 */

import { foldableNorm } from '../batchNorm/op.ts'
import { fusedActivation, pointwiseGradient } from '../pointwise/op.ts'
import { expectSize, f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import {
  type Conv2dAttributes,
  type Conv2dGeometry,
  coversPicture,
  describeGeometry,
  filterShape,
  inputShape,
  macs,
  outputShape,
} from './geometry.ts'
import { channelSumReference, conv2dReference, filterGradientReference, inputGradientReference } from './reference.ts'
import { channelSumWasm, conv2dWasm, filterGradientWasm, inputGradientWasm } from './wasm.ts'

/** [x, filters, bias?, and of an absorbed norm: scale, shift, mean, variance] → [y] */
export const conv2d: Op<Conv2dAttributes> = {
  kind: 'conv2d',
  describe(attributes) {
    const norm = attributes.norm === undefined ? '' : ', norm'
    return describeGeometry(attributes) + norm + (attributes.activation === 'none' ? '' : `, ${attributes.activation}`)
  },
  outputs(attributes, inputs) {
    expectSize('conv2d', inputs, 0, inputShape(attributes), 'pictures')
    expectSize('conv2d', inputs, 1, filterShape(attributes), 'filters')
    for (let i = 2; i < 2 + (attributes.bias ? 1 : 0) + (attributes.norm ? 4 : 0); i++) {
      expectSize('conv2d', inputs, i, [attributes.filters], i === 2 && attributes.bias ? 'biases' : 'norm')
    }
    return [f32(...outputShape(attributes))]
  },
  macs,
  absorb(attributes, next) {
    if (attributes.activation !== 'none') return undefined
    const activation = fusedActivation(next)
    if (activation !== undefined) return { ...attributes, activation }
    // Folding goes with packing, which a plain matrix product does without.
    const epsilon = foldableNorm(next)
    if (epsilon === undefined || attributes.norm !== undefined || coversPicture(attributes)) return undefined
    return { ...attributes, norm: { epsilon } }
  },
  gradient({ attributes, inputs, outputs }, [given], tape) {
    // A norm by tracked statistics is only absorbed at inference.
    if (given === undefined || attributes.norm !== undefined) return
    const [x, filters, bias] = inputs
    const [y] = outputs
    if (x === undefined || filters === undefined || y === undefined) return
    const { bias: _bias, activation, ...geometry } = attributes
    let dy = given
    if (activation !== 'none') {
      const [dz] = tape.emit(pointwiseGradient, { function: activation }, [y, given])
      if (dz !== undefined) dy = dz
    }
    const give = (value: typeof x, [gradient]: readonly (typeof x)[]) => gradient && tape.give(value, gradient)
    if (bias !== undefined && tape.wants(bias))
      give(bias, tape.emit(channelSum, { channels: attributes.filters }, [dy]))
    if (tape.wants(filters)) give(filters, tape.emit(conv2dFilterGradient, geometry, [x, dy]))
    if (tape.wants(x)) give(x, tape.emit(conv2dInputGradient, geometry, [dy, filters]))
  },
  reference: conv2dReference,
  wasm: conv2dWasm,
}

/** [dy, filters] → [dx] */
export const conv2dInputGradient: Op<Conv2dGeometry> = {
  kind: 'conv2d.inputGradient',
  describe: describeGeometry,
  outputs(attributes, inputs) {
    expectSize('conv2d.inputGradient', inputs, 0, outputShape(attributes), 'output gradients')
    expectSize('conv2d.inputGradient', inputs, 1, filterShape(attributes), 'filters')
    return [f32(...inputShape(attributes))]
  },
  macs,
  reference: inputGradientReference,
  wasm: inputGradientWasm,
}

/** [x, dy] → [dfilters] */
export const conv2dFilterGradient: Op<Conv2dGeometry> = {
  kind: 'conv2d.filterGradient',
  describe: describeGeometry,
  outputs(attributes, inputs) {
    expectSize('conv2d.filterGradient', inputs, 0, inputShape(attributes), 'pictures')
    expectSize('conv2d.filterGradient', inputs, 1, outputShape(attributes), 'output gradients')
    return [f32(...filterShape(attributes))]
  },
  macs,
  reference: filterGradientReference,
  wasm: filterGradientWasm,
}

/** [dy] → [dbias]: the sum over pictures and positions. */
export const channelSum: Op<{ readonly channels: number }> = {
  kind: 'channelSum',
  describe: ({ channels }) => `${channels} channels`,
  outputs: ({ channels }) => [f32(channels)],
  reference: channelSumReference,
  wasm: channelSumWasm,
}

export const conv2dOps = {
  conv2d,
  'conv2d.inputGradient': conv2dInputGradient,
  'conv2d.filterGradient': conv2dFilterGradient,
  channelSum,
} as const
