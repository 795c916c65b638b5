/** Squared error and Huber cases: one and many numbers, every remainder, errors on both sides of delta. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { distance } from './op.ts'

interface Row {
  readonly name: string
  readonly batch: number
  readonly count: number
  readonly delta?: number
  readonly weight?: number
  readonly y?: (random: Random) => number
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'one number', batch: 3, count: 1 },
  { name: 'coordinates', batch: 37, count: 2 },
  { name: 'seven numbers, several tiles', batch: 1301, count: 7 },
  { name: 'a map', batch: 3, count: 31 * 29, bench: 'lenet5' },
  { name: 'an auxiliary head', batch: 5, count: 6, weight: 0.4 },
  { name: 'Huber', batch: 37, count: 5, delta: 1 },
  { name: 'Huber, another delta', batch: 11, count: 10, delta: 0.3, weight: 0.4 },
  { name: 'Huber, large errors', batch: 9, count: 9, delta: 2, y: (random) => Math.fround(1e5 * random.normal()) },
]

export const cases: readonly OpCase[] = rows.map((row) => {
  const { name, batch, count, delta, weight = 1, y } = row
  return opCase({
    name,
    op: distance,
    attributes: { ...(delta !== undefined && { delta }), weight },
    inputs: [f32(batch, count), f32(batch, count)],
    // The sum over the numbers, and four roundings of each of its terms.
    terms: count + 4,
    fill: (random, array) => (array === 0 ? y?.(random) : undefined),
    noDifferences: 'starts the backward pass: its gradient is that of the mean loss, checked in distance.test.ts',
    ...(row.bench === undefined ? {} : { bench: row.bench }),
  })
})
