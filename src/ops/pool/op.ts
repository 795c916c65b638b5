/**
 * Max, average and L2-norm pooling, each with its gradient. Max pooling keeps x and no indices: the winner is found again in
 * backward, which costs less than writing an index for every output. A value wins over those before it in the window's
 * order, row by row, if it is greater or NaN, as in PyTorch: of equal values the first wins, and if there are NaNs the
 * result is NaN and its gradient goes to the last of them. Padding never wins. Average pooling keeps nothing. L2-norm pooling,
 * y = √Σx², keeps x and y; the gradient of a window of zeros is 0.
 */

import { expectSize, f32 } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import {
  type AveragePoolAttributes,
  describePool,
  expectPictureInWindows,
  inputShape,
  outputShape,
  type PoolAttributes,
} from './attributes.ts'
import {
  averagePoolGradientReference,
  averagePoolReference,
  l2PoolGradientReference,
  l2PoolReference,
  maxPoolGradientReference,
  maxPoolReference,
} from './reference.ts'

export type { AveragePoolAttributes, PoolAttributes } from './attributes.ts'

/** [x] → [y] */
export const maxPool: Op<PoolAttributes> = {
  kind: 'maxPool',
  describe: describePool,
  outputs(attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('maxPool', inputs, 0, inputShape(attributes, x), 'pictures')
    expectPictureInWindows('maxPool', attributes)
    return [f32(...outputShape(attributes, x))]
  },
  gradient({ attributes, inputs }, [dy], tape) {
    const [x] = inputs
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(maxPoolGradient, attributes, [x, dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: maxPoolReference,
}

/** [x, dy] → [dx] */
export const maxPoolGradient: Op<PoolAttributes> = {
  kind: 'maxPool.gradient',
  describe: describePool,
  outputs(attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('maxPool.gradient', inputs, 0, inputShape(attributes, x), 'pictures')
    expectSize('maxPool.gradient', inputs, 1, outputShape(attributes, x), 'output gradients')
    return [f32(...inputShape(attributes, x))]
  },
  gradient: 'none',
  reference: maxPoolGradientReference,
}

function describeAverage(attributes: AveragePoolAttributes): string {
  return `${describePool(attributes)}${attributes.countPadding === true ? ', padding counted' : ''}`
}

/** [x] → [y] */
export const averagePool: Op<AveragePoolAttributes> = {
  kind: 'averagePool',
  describe: describeAverage,
  outputs(attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('averagePool', inputs, 0, inputShape(attributes, x), 'pictures')
    expectPictureInWindows('averagePool', attributes)
    return [f32(...outputShape(attributes, x))]
  },
  gradient({ attributes, inputs }, [dy], tape) {
    const [x] = inputs
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(averagePoolGradient, attributes, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: averagePoolReference,
}

/** [dy] → [dx] */
export const averagePoolGradient: Op<AveragePoolAttributes> = {
  kind: 'averagePool.gradient',
  describe: describeAverage,
  outputs(attributes, inputs) {
    const [dy] = inputs as readonly [ArraySpec]
    expectSize('averagePool.gradient', inputs, 0, outputShape(attributes, dy), 'output gradients')
    return [f32(...inputShape(attributes, dy))]
  },
  gradient: 'none',
  reference: averagePoolGradientReference,
}

/** [x] → [y] */
export const l2Pool: Op<PoolAttributes> = {
  kind: 'l2Pool',
  describe: describePool,
  outputs(attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('l2Pool', inputs, 0, inputShape(attributes, x), 'pictures')
    expectPictureInWindows('l2Pool', attributes)
    return [f32(...outputShape(attributes, x))]
  },
  gradient({ attributes, inputs, outputs }, [dy], tape) {
    const [x] = inputs
    const [y] = outputs
    if (dy === undefined || x === undefined || y === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(l2PoolGradient, attributes, [x, y, dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: l2PoolReference,
}

/** [x, y, dy] → [dx] */
export const l2PoolGradient: Op<PoolAttributes> = {
  kind: 'l2Pool.gradient',
  describe: describePool,
  outputs(attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('l2Pool.gradient', inputs, 0, inputShape(attributes, x), 'pictures')
    expectSize('l2Pool.gradient', inputs, 1, outputShape(attributes, x), 'outputs')
    expectSize('l2Pool.gradient', inputs, 2, outputShape(attributes, x), 'output gradients')
    return [f32(...inputShape(attributes, x))]
  },
  gradient: 'none',
  reference: l2PoolGradientReference,
}

export const poolOps = {
  l2Pool,
  'l2Pool.gradient': l2PoolGradient,
  maxPool,
  'maxPool.gradient': maxPoolGradient,
  averagePool,
  'averagePool.gradient': averagePoolGradient,
} as const
