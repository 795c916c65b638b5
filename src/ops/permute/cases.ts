/** Transposition cases: two to five axes, the fastest kept or moved, lengths with every remainder of four. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import type { PermuteAttributes } from './attributes.ts'
import { permute } from './op.ts'

interface Row extends PermuteAttributes {
  readonly name: string
  readonly pictures: number
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'shuffle of 3 groups', pictures: 2, axes: [15, 3, 7], order: [0, 2, 1], volume: [3, 5, 21] },
  { name: 'shuffle of 5 groups', pictures: 3, axes: [7, 5, 2], order: [0, 2, 1], volume: [7, 1, 10] },
  { name: 'C·H·W', pictures: 2, axes: [35, 6], order: [1, 0], volume: [1, 1, 210] },
  { name: 'pixel shuffle', pictures: 2, axes: [3, 4, 5, 2, 2], order: [0, 3, 1, 4, 2], volume: [6, 8, 5] },
  { name: 'depth to space', pictures: 2, axes: [3, 4, 2, 3, 5], order: [0, 2, 1, 3, 4], volume: [6, 12, 5] },
  { name: 'pixel unshuffle', pictures: 1, axes: [2, 3, 5, 3, 3], order: [0, 2, 4, 1, 3], volume: [2, 5, 27] },
  { name: 'one axis', pictures: 5, axes: [11], order: [0], volume: [1, 1, 11] },
  {
    name: 'ShuffleNet v2, stage 2',
    pictures: 8,
    axes: [28 * 28, 2, 58],
    order: [0, 2, 1],
    volume: [28, 28, 116],
    bench: 'shufflenetV2',
  },
]

export const cases: readonly OpCase[] = rows.map(({ name, pictures, bench, ...attributes }) =>
  opCase({
    name,
    op: permute,
    attributes,
    inputs: [f32(pictures, ...attributes.axes)],
    terms: 1,
    ...(bench === undefined ? {} : { bench }),
  }),
)
