/**
 * Products. `multiply`: y = a·b, value by value. `multiply.channels`: y = x·s with a factor for each channel, of each image
 * (squeeze-and-excitation, Hu et al. 2017) or for all of them (LayerScale, Touvron et al. 2021). `multiply.number`: by one
 * constant. Backward keeps both factors, and nothing for a constant.
 */

import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'
import { channelSum } from '../conv2d/op.ts'
import { OpShapeError } from '../errors.ts'
import { expectSize, f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import type { NumberAttributes } from './attributes.ts'
import { channelsGradientReference, channelsReference, multiplyReference, numberReference } from './reference.ts'

/** [a, b] → [y], of any one shape. */
export const multiply: Op<object> = {
  kind: 'multiply',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [a] = inputs as readonly [ArraySpec]
    expectSize('multiply', inputs, 1, a.shape, 'second factors')
    return [{ shape: a.shape, dtype: 'f32' }]
  },
  inPlace: [
    [0, 0],
    [1, 0],
  ],
  gradient({ inputs: [a, b] }, [dy], tape) {
    if (dy === undefined || a === undefined || b === undefined) return
    for (const [factor, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (!tape.wants(factor)) continue
      const [gradient] = tape.emit(multiply, {}, [other, dy])
      if (gradient !== undefined) tape.give(factor, gradient)
    }
  },
  reference: multiplyReference,
}

/** [x, s] → [y]: x [n, ..., c]; s [n, 1, 1, c] has factors for each image, s [c] for all of them. */
export const multiplyChannels: Op<object> = {
  kind: 'multiply.channels',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [x, s] = inputs as readonly [ArraySpec, ArraySpec]
    const images = isOfImages(s) ? picturesOf(x) : 1
    expectSize('multiply.channels', inputs, 1, [images, lastAxis(x)], 'factors')
    return [{ shape: x.shape, dtype: 'f32' }]
  },
  inPlace: [[0, 0]],
  gradient({ inputs: [x, s] }, [dy], tape) {
    if (dy === undefined || x === undefined || s === undefined) return
    if (tape.wants(s)) {
      const [each] = tape.emit(multiplyChannelsGradient, {}, [x, dy])
      if (each === undefined) return
      const [ds] = isOfImages(s) ? [each] : tape.emit(channelSum, {}, [each])
      if (ds !== undefined) tape.give(s, ds)
    }
    if (tape.wants(x)) {
      const [dx] = tape.emit(multiplyChannels, {}, [dy, s])
      if (dx !== undefined) tape.give(x, dx)
    }
  },
  reference: channelsReference,
}

/** [x, dy] → [ds], [n, 1, 1, c]: ds = Σ over an image's positions of x·dy. */
export const multiplyChannelsGradient: Op<object> = {
  kind: 'multiply.channelsGradient',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('multiply.channelsGradient', inputs, 1, x.shape, 'output gradients')
    return [f32(picturesOf(x), 1, 1, lastAxis(x))]
  },
  gradient: 'none',
  reference: channelsGradientReference,
}

/** [x] → [y]: y = factor·x. Its gradient is itself. */
export const multiplyNumber: Op<NumberAttributes> = {
  kind: 'multiply.number',
  describe: ({ factor }) => `by ${factor}`,
  outputs({ factor }, inputs) {
    if (Number.isFinite(factor)) return inputs.slice(0, 1)
    throw new OpShapeError('multiply.number: the factor is not finite', {
      received: `${factor}`,
      expected: 'a finite number',
    })
  },
  inPlace: [[0, 0]],
  gradient({ attributes, inputs: [x] }, [dy], tape) {
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(multiplyNumber, attributes, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: numberReference,
}

/** Whether there is a row of factors for each image. */
function isOfImages({ shape }: ArraySpec): boolean {
  return shape.length > 1
}

export const multiplyOps = {
  multiply,
  'multiply.channels': multiplyChannels,
  'multiply.channelsGradient': multiplyChannelsGradient,
  'multiply.number': multiplyNumber,
} as const
