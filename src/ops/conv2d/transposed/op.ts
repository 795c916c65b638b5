/**
 * Transposed convolution: the input gradient of a convolution as a forward step (Zeiler et al. 2010; Dumoulin and Visin 2016,
 * "A guide to convolution arithmetic"). Its attributes are those of that convolution, from the large map to the small one:
 * `channels` come out, `filters` go in. So its gradients are the convolution itself and the convolution's filter gradient.
 */

import { type ArraySpec, picturesOf } from '../../arrays.ts'
import { activationGradient, fusedActivation } from '../../pointwise/op.ts'
import { expectSize, f32 } from '../../specs.ts'
import type { Op, Value } from '../../types.ts'
import { describeGeometry, filterShape, inputShape, macs, outputShape } from '../geometry.ts'
import { channelSum, conv2d, conv2dFilterGradient } from '../op.ts'
import type { TransposedAttributes } from './attributes.ts'
import { transposedReference } from './reference.ts'

/** [x, filters, bias?] → [y]: x is the convolution's output side, y its input side. */
export const transposed: Op<TransposedAttributes> = {
  kind: 'conv2d.transposed',
  describe: ({ activation, ...geometry }) =>
    describeGeometry(geometry) + (activation === 'none' ? '' : `, ${activation}`),
  outputs(attributes, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('conv2d.transposed', inputs, 0, outputShape(attributes, pictures), 'images')
    expectSize('conv2d.transposed', inputs, 1, filterShape(attributes), 'filters')
    if (attributes.bias) expectSize('conv2d.transposed', inputs, 2, [attributes.channels], 'biases')
    return [f32(...inputShape(attributes, pictures))]
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
    if (biases !== undefined && tape.wants(biases)) give(biases, tape.emit(channelSum, {}, [dy]))
    if (tape.wants(filters)) give(filters, tape.emit(conv2dFilterGradient, geometry, [dy, x]))
    if (tape.wants(x)) give(x, tape.emit(conv2d, { ...geometry, bias: false, activation: 'none' }, [dy, filters]))
  },
  reference: transposedReference,
}

export const transposedOps = { 'conv2d.transposed': transposed } as const
