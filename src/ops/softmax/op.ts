/**
 * Softmax over the last axis: y = exp(x) / Σ exp(x), with the row's maximum subtracted first (the notes, "Practical
 * issues: numeric stability"). Backward keeps y. Infinite inputs have the value of the limit: the infinite ones of a row
 * share the 1, −∞ gets 0, a row of −∞ alone is uniform. A NaN makes its row NaN.
 */

import { expectSize } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import { softmaxGradientReference, softmaxReference } from './reference.ts'

/** [x] → [y] */
export const softmax: Op<object> = {
  kind: 'softmax',
  describe: () => '',
  outputs: (_attributes, inputs) => inputs.slice(0, 1),
  inPlace: [[0, 0]],
  gradient({ attributes, inputs: [x], outputs: [y] }, [dy], tape) {
    if (dy === undefined || x === undefined || y === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(softmaxGradient, attributes, [y, dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: softmaxReference,
}

/** [y, dy] → [dx]: dx = y·(dy − Σ y·dy) */
export const softmaxGradient: Op<object> = {
  kind: 'softmax.gradient',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [y] = inputs as readonly [ArraySpec]
    expectSize('softmax.gradient', inputs, 1, y.shape, 'output gradients')
    return [y]
  },
  inPlace: [
    [0, 0],
    [1, 0],
  ],
  gradient: 'none',
  reference: softmaxGradientReference,
}

export const softmaxOps = { softmax, 'softmax.gradient': softmaxGradient } as const
