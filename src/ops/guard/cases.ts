/** Loss guard cases: good losses, and a bad one of every kind at the first, a middle and the last place. */

import { type OpCase, opCase } from '../cases.ts'
import { scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { lossGuard } from './op.ts'

interface Row {
  readonly name: string
  readonly count: number
  /** The loss at `places`; absent: ordinary losses only. */
  readonly loss?: number
  readonly places?: readonly number[]
}

const rows: readonly Row[] = [
  { name: 'one loss', count: 1 },
  { name: 'seven losses', count: 7 },
  { name: 'a prime number of losses', count: 4339 },
  { name: 'one NaN, alone', count: 1, loss: Number.NaN, places: [0] },
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].flatMap((loss) =>
    [0, 17, 30].map((at) => ({ name: `${loss} at ${at} of 31`, count: 31, loss, places: [at] })),
  ),
  { name: 'infinities that cancel to NaN', count: 9, loss: Number.POSITIVE_INFINITY, places: [2, 3, 8] },
  // Their sum is beyond float32, and none of them is.
  { name: 'the largest float32s', count: 5, loss: (2 - 2 ** -23) * 2 ** 127, places: [0, 1, 2, 3, 4] },
  { name: 'zeros', count: 4, loss: 0, places: [0, 1, 2, 3] },
]

export const cases: readonly OpCase[] = rows.map(({ name, count, loss, places = [] }) =>
  opCase({
    name,
    op: lossGuard,
    attributes: {},
    inputs: [f32(count)],
    updates: [scalarsSpec],
    terms: 1,
    // What the scalars held before is drawn: the other slots must stay, and the guard's must not matter.
    fill: (_random, array, element) => (array === 0 && places.includes(element) ? loss : undefined),
  }),
)
