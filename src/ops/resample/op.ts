/**
 * Padding (zeros, mirrored, the edge repeated), cropping and upsampling (nearest, bilinear): y = R·X·Cᵀ for each channel, with a
 * matrix of at most two values a row for each axis. The gradient is the map with both matrices transposed; backward keeps
 * nothing.
 */

import { expectSize, f32 } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import { type ResampleAttributes, shapeOf } from './attributes.ts'
import { resampleGradientReference, resampleReference } from './reference.ts'

const describe = ({ rule, input, output }: ResampleAttributes) => `${rule}, ${input.join('×')} to ${output.join('×')}`

/** [n, h, w, c] → [n, h2, w2, c] */
export const resample: Op<ResampleAttributes> = {
  kind: 'resample',
  describe,
  outputs({ input, output }, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('resample', inputs, 0, shapeOf(input, x), 'images')
    return [f32(...shapeOf(output, x))]
  },
  gradient({ attributes, inputs: [x] }, [dy], tape) {
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(resampleGradient, attributes, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: resampleReference,
}

/** [dy] → [dx] */
const resampleGradient: Op<ResampleAttributes> = {
  kind: 'resample.gradient',
  describe,
  outputs({ input, output }, inputs) {
    const [dy] = inputs as readonly [ArraySpec]
    expectSize('resample.gradient', inputs, 0, shapeOf(output, dy), 'output gradients')
    return [f32(...shapeOf(input, dy))]
  },
  gradient: 'none',
  reference: resampleGradientReference,
}

export const resampleOps = { resample, 'resample.gradient': resampleGradient } as const
