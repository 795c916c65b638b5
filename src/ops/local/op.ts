/**
 * Locally connected layers (LeCun 1989; the notes' "locally-connected layer" for faces): a convolution without sharing, so
 * each position has separate filters and biases. Backward keeps x, and y where an activation was taken into the store.
 */

import { type ArraySpec, picturesOf } from '../arrays.ts'
import { activationGradient, fusedActivation } from '../pointwise/op.ts'
import { expectSize, f32 } from '../specs.ts'
import type { Op, Value } from '../types.ts'
import { printWindow } from '../window.ts'
import {
  biasShape,
  filterShape,
  inputShape,
  type LocalAttributes,
  type LocalGeometry,
  macs,
  outputShape,
} from './attributes.ts'
import {
  localBiasGradientReference,
  localFilterGradientReference,
  localInputGradientReference,
  localReference,
} from './reference.ts'

const describeGeometry = ({ window, filters }: LocalGeometry) => `${printWindow(window)}, ${filters} filters a position`

/** [x, filters, bias?] → [y] */
export const local: Op<LocalAttributes> = {
  kind: 'local',
  describe: ({ activation, ...geometry }) =>
    describeGeometry(geometry) + (activation === 'none' ? '' : `, ${activation}`),
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('local', inputs, 0, inputShape(attributes, pictures), 'images')
    expectSize('local', inputs, 1, filterShape(attributes), 'filters')
    if (attributes.bias) expectSize('local', inputs, 2, biasShape(attributes), 'biases')
    return [f32(...outputShape(attributes, pictures))]
  },
  macs,
  absorb(attributes, next) {
    const activation = attributes.activation === 'none' ? fusedActivation(next) : undefined
    return activation && { ...attributes, activation }
  },
  gradient({ attributes, inputs, outputs: [y] }, [given], tape) {
    const [x, filters, biases] = inputs as readonly [Value, Value, Value?]
    if (given === undefined || y === undefined) return
    const { bias, activation, ...geometry } = attributes
    let dy = given
    if (activation !== 'none') dy = activationGradient(tape, { function: activation }, y, dy)
    const give = (value: Value, [gradient]: readonly Value[]) => gradient && tape.give(value, gradient)
    if (biases !== undefined && tape.wants(biases)) give(biases, tape.emit(localBiasGradient, geometry, [dy]))
    if (tape.wants(filters)) give(filters, tape.emit(localFilterGradient, geometry, [x, dy]))
    if (tape.wants(x)) give(x, tape.emit(localInputGradient, geometry, [dy, filters]))
  },
  reference: localReference,
}

/** [dy, filters] → [dx] */
export const localInputGradient: Op<LocalGeometry> = {
  kind: 'local.inputGradient',
  describe: describeGeometry,
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('local.inputGradient', inputs, 0, outputShape(attributes, pictures), 'output gradients')
    expectSize('local.inputGradient', inputs, 1, filterShape(attributes), 'filters')
    return [f32(...inputShape(attributes, pictures))]
  },
  macs,
  gradient: 'none',
  reference: localInputGradientReference,
}

/** [x, dy] → [dfilters] */
export const localFilterGradient: Op<LocalGeometry> = {
  kind: 'local.filterGradient',
  describe: describeGeometry,
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('local.filterGradient', inputs, 0, inputShape(attributes, pictures), 'images')
    expectSize('local.filterGradient', inputs, 1, outputShape(attributes, pictures), 'output gradients')
    return [f32(...filterShape(attributes))]
  },
  macs,
  gradient: 'none',
  reference: localFilterGradientReference,
}

/** [dy] → [dbias]: the sum over images, for each position. */
export const localBiasGradient: Op<LocalGeometry> = {
  kind: 'local.biasGradient',
  describe: () => '',
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('local.biasGradient', inputs, 0, outputShape(attributes, pictures), 'output gradients')
    return [f32(...biasShape(attributes))]
  },
  gradient: 'none',
  reference: localBiasGradientReference,
}

export const localOps = {
  local,
  'local.inputGradient': localInputGradient,
  'local.filterGradient': localFilterGradient,
  'local.biasGradient': localBiasGradient,
} as const
