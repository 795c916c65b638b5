/** Cases of sums of gradients: the first batch, and a later one. */

import { type OpCase, opCase } from '../../cases.ts'
import { SCALAR_COUNT, scalarSlots, scalarsSpec } from '../../scalars.ts'
import { f32 } from '../../specs.ts'
import { accumulate } from './op.ts'

export const cases: readonly OpCase[] = [0, 1].flatMap((kept) =>
  [1, 7, 4339].map((count) => {
    const scalars = new Array<number>(SCALAR_COUNT).fill(0)
    scalars[scalarSlots.sumKept] = kept
    return opCase({
      name: `${kept === 0 ? 'the first' : 'a later'} of three batches, ${count} values`,
      op: accumulate,
      attributes: { batches: 3 },
      inputs: [f32(count), scalarsSpec],
      updates: [f32(count)],
      terms: 4,
      fill: (_random, array, element) => (array === 1 ? scalars[element] : undefined),
    })
  }),
)
