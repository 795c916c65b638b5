/**
 * PReLU: y = x where positive, a·x elsewhere, with a learned slope a for each channel (He et al. 2015, "Delving Deep into
 * Rectifiers"). A slope may become negative, so the sign of x does not follow from y: backward keeps x.
 */

import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'
import { channelSum } from '../conv2d/op.ts'
import { expectSize, f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import { preluGradientReference, preluReference, slopeGradientReference } from './reference.ts'

/** [x, slope] → [y]: x [n, ..., c], slope [c]. */
export const prelu: Op<object> = {
  kind: 'prelu',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('prelu', inputs, 1, [lastAxis(x)], 'slopes')
    return [{ shape: x.shape, dtype: 'f32' }]
  },
  inPlace: [[0, 0]],
  gradient({ inputs: [x, slope] }, [dy], tape) {
    if (dy === undefined || x === undefined || slope === undefined) return
    if (tape.wants(slope)) {
      const [each] = tape.emit(preluSlopeGradient, {}, [x, dy])
      const [sum] = each === undefined ? [] : tape.emit(channelSum, {}, [each])
      if (sum !== undefined) tape.give(slope, sum)
    }
    if (tape.wants(x)) {
      const rule = tape.rectifierRule()
      let dx = dy
      if (rule !== 'gradient') [dx = dx] = tape.emit(prelu, {}, [dx, slope])
      if (rule !== 'deconvnet') [dx = dx] = tape.emit(preluGradient, {}, [x, slope, dx])
      tape.give(x, dx)
    }
  },
  reference: preluReference,
}

/** [x, slope, dy] → [dx]; the derivative at 0 is the slope. */
export const preluGradient: Op<object> = {
  kind: 'prelu.gradient',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('prelu.gradient', inputs, 1, [lastAxis(x)], 'slopes')
    expectSize('prelu.gradient', inputs, 2, x.shape, 'output gradients')
    return [{ shape: x.shape, dtype: 'f32' }]
  },
  inPlace: [
    [0, 0],
    [2, 0],
  ],
  gradient: 'none',
  reference: preluGradientReference,
}

/** [x, dy] → [sums], [n, 1, 1, c]: Σ over an image's positions of x·dy where x ≤ 0. */
export const preluSlopeGradient: Op<object> = {
  kind: 'prelu.slopeGradient',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    expectSize('prelu.slopeGradient', inputs, 1, x.shape, 'output gradients')
    return [f32(picturesOf(x), 1, 1, lastAxis(x))]
  },
  gradient: 'none',
  reference: slopeGradientReference,
}

export const preluOps = {
  prelu,
  'prelu.gradient': preluGradient,
  'prelu.slopeGradient': preluSlopeGradient,
} as const
