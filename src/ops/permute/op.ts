/**
 * Reordering the values of an image by a transposition of its axes, split as needed: channel shuffle, pixel shuffle both
 * ways, the order C·H·W of other systems. Its gradient is the inverse transposition; backward keeps nothing.
 */

import { sizeOf } from '../../core/shapes.ts'
import { picturesOf } from '../arrays.ts'
import { expectSize, f32 } from '../specs.ts'
import type { ArraySpec, Op } from '../types.ts'
import type { PermuteAttributes } from './attributes.ts'
import { permuteReference } from './reference.ts'

/** [n, h, w, c] → [n, h2, w2, c2] */
export const permute: Op<PermuteAttributes> = {
  kind: 'permute',
  describe: ({ axes, order }) => `${axes.join('×')} to ${order.map((axis) => axes[axis]).join('×')}`,
  outputs({ axes, volume }, inputs) {
    const pictures = picturesOf(inputs[0] as ArraySpec)
    expectSize('permute', inputs, 0, [pictures, ...axes], 'images')
    expectSize('permute', inputs, 0, [pictures, ...volume], 'results')
    return [f32(pictures, ...volume)]
  },
  gradient({ attributes: { axes, order }, inputs: [x] }, [dy], tape) {
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [height = 1, width = 1, ...depth] = x.shape.slice(1)
    const inverse = {
      axes: order.map((axis) => axes[axis] ?? 1),
      order: axes.map((_, axis) => order.indexOf(axis)),
      volume: [height, width, sizeOf(depth)] as const,
    }
    const [dx] = tape.emit(permute, inverse, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: permuteReference,
}

export const permuteOps = { permute } as const
