/**
 * Maxout: y[i] = max(x[k·i], …, x[k·i + k − 1]) over k neighboring channels, the pieces of unit i (Goodfellow et al. 2013, in
 * the order of the authors' code). The gradient goes to the first piece that has the maximum; a NaN counts as the greatest,
 * the first one of several. Backward keeps x.
 */

import { type ArraySpec, lastAxis, withLastAxis } from '../arrays.ts'
import { OpShapeError } from '../errors.ts'
import { expectSize } from '../specs.ts'
import type { Op } from '../types.ts'
import type { MaxoutAttributes } from './attributes.ts'
import { maxoutGradientReference, maxoutReference } from './reference.ts'

const describe = ({ pieces }: MaxoutAttributes) => `${pieces} pieces`

function unitsOf({ pieces }: MaxoutAttributes, x: ArraySpec): ArraySpec {
  if (lastAxis(x) % pieces === 0) return withLastAxis(x, lastAxis(x) / pieces)
  throw new OpShapeError('maxout: the channels do not divide evenly into the pieces', {
    received: `${lastAxis(x)} channels`,
    expected: `a multiple of ${pieces}`,
  })
}

/** [..., k·c] → [..., c] */
export const maxout: Op<MaxoutAttributes> = {
  kind: 'maxout',
  describe,
  outputs: (attributes, inputs) => [unitsOf(attributes, inputs[0] as ArraySpec)],
  gradient({ attributes, inputs: [x] }, [dy], tape) {
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(maxoutGradient, attributes, [x, dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: maxoutReference,
}

/** [x, dy] → [dx] */
export const maxoutGradient: Op<MaxoutAttributes> = {
  kind: 'maxout.gradient',
  describe,
  outputs(attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('maxout.gradient', inputs, 1, unitsOf(attributes, x).shape, 'output gradients')
    return [{ shape: x.shape, dtype: 'f32' }]
  },
  inPlace: [[0, 0]],
  gradient: 'none',
  reference: maxoutGradientReference,
}

export const maxoutOps = { maxout, 'maxout.gradient': maxoutGradient } as const
