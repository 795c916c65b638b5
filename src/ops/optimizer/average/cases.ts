/** Cases of means of weights: the first copy, a step of a running mean, a step of Lookahead, and one where nothing happens. */

import { type OpCase, opCase } from '../../cases.ts'
import { SCALAR_COUNT, scalarSlots, scalarsSpec } from '../../scalars.ts'
import { f32 } from '../../specs.ts'
import { average } from './op.ts'

const shares = [
  { name: 'a copy', kept: 0 },
  { name: 'a share of 0.9', kept: 0.9 },
  { name: 'a share of 1', kept: 1 },
  { name: 'not at this step', kept: -1 },
]
const lengths = [1, 7, 4339]

export const cases: readonly OpCase[] = shares.flatMap(({ name, kept }) =>
  (['emaKept', 'slowKept'] as const).flatMap((slot) =>
    lengths.map((count) => {
      const scalars = new Array<number>(SCALAR_COUNT).fill(0)
      scalars[scalarSlots.gradientScale] = 1
      scalars[scalarSlots[slot]] = kept
      return opCase({
        name: `${name}, ${slot}, ${count} values`,
        op: average,
        attributes: { kept: slot, back: slot === 'slowKept' },
        inputs: [scalarsSpec],
        updates: [f32(count), f32(count)],
        terms: 4,
        fill: (_random, array, element) => (array === 0 ? scalars[element] : undefined),
      })
    }),
  ),
)
