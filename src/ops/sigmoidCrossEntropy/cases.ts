/** Sigmoid cross-entropy cases: one and many labels, every remainder, probabilities as targets, positive weights. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { sigmoidCrossEntropy } from './op.ts'

interface Row {
  readonly name: string
  readonly batch: number
  readonly count: number
  readonly weight?: number
  readonly weights?: true
  readonly scores?: (random: Random) => number
  readonly target?: (random: Random) => number
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'one label', batch: 3, count: 1 },
  { name: 'four labels', batch: 5, count: 4 },
  { name: 'seven labels, several tiles', batch: 1301, count: 7, bench: 'lenet5' },
  { name: 'probabilities', batch: 19, count: 10, target: (random) => random.next() },
  { name: 'positive weights', batch: 17, count: 11, weights: true },
  { name: 'positive weights, an auxiliary head', batch: 9, count: 13, weights: true, weight: 0.3 },
  { name: 'sure of itself', batch: 19, count: 9, scores: (random) => Math.fround(20 * random.normal()) },
  { name: 'large scores', batch: 9, count: 6, scores: (random) => Math.fround(1e4 * random.normal()) },
  { name: 'many labels', batch: 32, count: 1001 },
]

export const cases: readonly OpCase[] = rows.map((row) => {
  const { name, batch, count, weight = 1, weights, scores, target } = row
  const targetOf = target ?? ((random: Random) => random.integer(2))
  return opCase({
    name,
    op: sigmoidCrossEntropy,
    attributes: { weight },
    inputs: [f32(batch, count), f32(batch, count), ...(weights ? [f32(count)] : [])],
    // The sum over the labels; of each term an exponential to 2 ulp, a logarithm and some products.
    terms: count + 8,
    fill: (random, array) => [scores?.(random), targetOf(random), 0.1 + 4 * random.next()][array],
    noDifferences:
      'starts the backward pass: its gradient is that of the mean loss, checked in sigmoidCrossEntropy.test.ts',
    ...(row.bench === undefined ? {} : { bench: row.bench }),
  })
})
