/**
 * Softmax over the last axis: y = exp(x) / Σ exp(x), with the row's maximum subtracted first (the notes, "Practical
 * issues: numeric stability"). Backward keeps y. Infinite inputs have the value of the limit: the infinite ones of a row
 * share the 1, −∞ gets 0, a row of −∞ alone is uniform. A NaN makes its row NaN.
 */

import { expectSize } from '../specs.ts'
import type { Op } from '../types.ts'
import { softmaxGradientReference, softmaxReference } from './reference.ts'
import { softmaxGradientWasm, softmaxWasm } from './wasm.ts'

export interface SoftmaxAttributes {
  /** Independent rows: pictures × positions. */
  readonly rows: number
  /** Values that share the 1. */
  readonly classes: number
}

const describe = ({ rows, classes }: SoftmaxAttributes) => `${rows}×${classes}`

/** [x] → [y] */
export const softmax: Op<SoftmaxAttributes> = {
  kind: 'softmax',
  describe,
  outputs({ rows, classes }, inputs) {
    expectSize('softmax', inputs, 0, [rows, classes], 'scores')
    return inputs.slice(0, 1)
  },
  inPlace: [[0, 0]],
  gradient({ attributes, inputs: [x], outputs: [y] }, [dy], tape) {
    if (dy === undefined || x === undefined || y === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(softmaxGradient, attributes, [y, dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: softmaxReference,
  wasm: softmaxWasm,
}

/** [y, dy] → [dx]: dx = y·(dy − Σ y·dy) */
export const softmaxGradient: Op<SoftmaxAttributes> = {
  kind: 'softmax.gradient',
  describe,
  outputs({ rows, classes }, inputs) {
    expectSize('softmax.gradient', inputs, 0, [rows, classes], 'probabilities')
    expectSize('softmax.gradient', inputs, 1, [rows, classes], 'output gradients')
    return inputs.slice(0, 1)
  },
  inPlace: [
    [0, 0],
    [1, 0],
  ],
  reference: softmaxGradientReference,
  wasm: softmaxGradientWasm,
}

export const softmaxOps = { softmax, 'softmax.gradient': softmaxGradient } as const
