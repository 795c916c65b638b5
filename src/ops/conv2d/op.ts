/**
 * Convolution and its three gradients. FC layers are convolutions of a 1×1 volume (the notes' FC → CONV), so this slice
 * is also the matrix product. Backward keeps x (for the filters) and, where an activation was taken into the store, y
 * (which tells its derivative); the pre-activation is never stored.
 */

import { affineCount, affineOf } from '../affine.ts'
import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'
import { foldableNorm, throughTrackedNorm } from '../batchNorm/tracked.ts'
import { activationGradient, fusedActivation } from '../pointwise/op.ts'
import { expectSize, f32 } from '../specs.ts'
import type { Op, Value } from '../types.ts'
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

/** [x, filters, bias?, and of an absorbed norm: scale?, shift?, mean, variance] → [y] */
export const conv2d: Op<Conv2dAttributes> = {
  kind: 'conv2d',
  describe(attributes) {
    const norm = attributes.norm === undefined ? '' : ', norm'
    return describeGeometry(attributes) + norm + (attributes.activation === 'none' ? '' : `, ${attributes.activation}`)
  },
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('conv2d', inputs, 0, inputShape(attributes, pictures), 'pictures')
    expectSize('conv2d', inputs, 1, filterShape(attributes), 'filters')
    for (let i = 2; i < 2 + (attributes.bias ? 1 : 0) + (attributes.norm ? affineCount(attributes.norm) + 2 : 0); i++) {
      expectSize('conv2d', inputs, i, [attributes.filters], i === 2 && attributes.bias ? 'biases' : 'norm')
    }
    return [f32(...outputShape(attributes, pictures))]
  },
  macs,
  absorb(attributes, next) {
    if (attributes.activation !== 'none') return undefined
    const activation = fusedActivation(next)
    if (activation !== undefined) return { ...attributes, activation }
    // Folding goes with packing, which a plain matrix product does without.
    const norm = foldableNorm(next)
    if (norm === undefined || attributes.norm !== undefined || coversPicture(attributes)) return undefined
    return { ...attributes, norm }
  },
  gradient({ attributes, inputs, outputs }, [given], tape) {
    const [x, filters] = inputs as readonly [Value, Value]
    const [y] = outputs
    if (given === undefined || y === undefined) return
    const { bias, norm, activation, ...geometry } = attributes
    let dy = given
    if (activation !== 'none') dy = activationGradient(tape, { function: activation }, y, dy)
    // The planner absorbs a norm only where its own parameters need no gradient.
    if (norm !== undefined) {
      const { scale, others } = affineOf(norm, inputs.slice(bias ? 3 : 2))
      ;[dy = dy] = throughTrackedNorm(tape, norm, dy, scale, others[1] as Value)
    }
    const give = (value: Value, [gradient]: readonly Value[]) => gradient && tape.give(value, gradient)
    const biases = bias ? inputs[2] : undefined
    if (biases !== undefined && tape.wants(biases)) give(biases, tape.emit(channelSum, {}, [dy]))
    if (tape.wants(filters)) give(filters, tape.emit(conv2dFilterGradient, geometry, [x, dy]))
    if (tape.wants(x)) give(x, tape.emit(conv2dInputGradient, geometry, [dy, filters]))
  },
  reference: conv2dReference,
}

/** [dy, filters] → [dx] */
export const conv2dInputGradient: Op<Conv2dGeometry> = {
  kind: 'conv2d.inputGradient',
  describe: describeGeometry,
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('conv2d.inputGradient', inputs, 0, outputShape(attributes, pictures), 'output gradients')
    expectSize('conv2d.inputGradient', inputs, 1, filterShape(attributes), 'filters')
    return [f32(...inputShape(attributes, pictures))]
  },
  macs,
  gradient: 'none',
  reference: inputGradientReference,
}

/** [x, dy] → [dfilters] */
export const conv2dFilterGradient: Op<Conv2dGeometry> = {
  kind: 'conv2d.filterGradient',
  describe: describeGeometry,
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('conv2d.filterGradient', inputs, 0, inputShape(attributes, pictures), 'pictures')
    expectSize('conv2d.filterGradient', inputs, 1, outputShape(attributes, pictures), 'output gradients')
    return [f32(...filterShape(attributes))]
  },
  macs,
  gradient: 'none',
  reference: filterGradientReference,
}

/** [dy] → [dbias]: the sum over pictures and positions. */
export const channelSum: Op<object> = {
  kind: 'channelSum',
  describe: () => '',
  outputs: (_attributes, inputs) => [f32(lastAxis(inputs[0] as ArraySpec))],
  gradient: 'none',
  reference: channelSumReference,
}

export const conv2dOps = {
  conv2d,
  'conv2d.inputGradient': conv2dInputGradient,
  'conv2d.filterGradient': conv2dFilterGradient,
  channelSum,
} as const
