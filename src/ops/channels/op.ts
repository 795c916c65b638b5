/**
 * Moving channels: concat (an inception block's depth concatenation), slice, and widen, which pads with zero channels
 * (the shortcut of ResNet's option A). They are each other's gradients, and backward keeps nothing.
 */

import { lastAxis, withLastAxis } from '../arrays.ts'
import { OpShapeError } from '../errors.ts'
import { expectSize } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import type { SliceAttributes, WidenAttributes } from './attributes.ts'
import { concatReference, sliceReference, widenReference } from './reference.ts'

/** Any number of [..., ci] → [..., Σ ci] */
export const concat: Op<object> = {
  kind: 'concat',
  describe: () => '',
  outputs(_attributes, inputs) {
    const [first] = inputs as readonly [ArraySpec]
    inputs.forEach((input, i) => {
      expectSize('concat', inputs, i, withLastAxis(first, lastAxis(input)).shape, `channels of input ${i}`)
    })
    return [
      withLastAxis(
        first,
        inputs.reduce((sum, input) => sum + lastAxis(input), 0),
      ),
    ]
  },
  gradient({ inputs }, [dy], tape) {
    if (dy === undefined) return
    let from = 0
    for (const x of inputs) {
      const count = lastAxis(x)
      if (tape.wants(x)) {
        const [dx] = tape.emit(slice, { from, count }, [dy])
        if (dx !== undefined) tape.give(x, dx)
      }
      from += count
    }
  },
  reference: concatReference,
}

/** [..., channels] → [..., count] */
export const slice: Op<SliceAttributes> = {
  kind: 'channels.slice',
  describe: ({ from, count }) => `channels ${from} to ${from + count - 1}`,
  outputs({ from, count }, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    if (from + count <= lastAxis(x)) return [withLastAxis(x, count)]
    throw new OpShapeError('channels.slice: there are not enough channels', {
      received: `${lastAxis(x)} channels`,
      expected: `at least ${from + count}`,
    })
  },
  gradient({ attributes: { from, count }, inputs: [x] }, [dy], tape) {
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(widen, { before: from, after: lastAxis(x) - from - count }, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: sliceReference,
}

/** [..., channels] → [..., before + channels + after] */
export const widen: Op<WidenAttributes> = {
  kind: 'channels.widen',
  describe: ({ before, after }) => `${before} zeros in front, ${after} behind`,
  outputs({ before, after }, inputs) {
    const [x] = inputs as readonly [ArraySpec]
    return [withLastAxis(x, before + lastAxis(x) + after)]
  },
  gradient({ attributes: { before }, inputs: [x] }, [dy], tape) {
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(slice, { from: before, count: lastAxis(x) }, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: widenReference,
}

export const channelsOps = { concat, 'channels.slice': slice, 'channels.widen': widen } as const
