/** Hinge cases: few and many classes, every remainder, class weights, squares, ties, labels that do not exist. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32, i32 } from '../specs.ts'
import { hinge } from './op.ts'

interface Row {
  readonly name: string
  readonly batch: number
  readonly classes: number
  readonly margin?: number
  readonly squared?: boolean
  readonly weight?: number
  readonly weights?: true
  readonly scores?: (random: Random) => number
  readonly label?: (random: Random) => number
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'one class', batch: 3, classes: 1 },
  { name: 'two classes', batch: 5, classes: 2 },
  { name: 'six classes', batch: 7, classes: 6 },
  { name: 'digits', batch: 37, classes: 10 },
  { name: 'digits, several tiles', batch: 1301, classes: 10, bench: 'lenet5' },
  { name: 'squared', batch: 37, classes: 11, squared: true },
  { name: 'another margin', batch: 19, classes: 9, margin: 0.25 },
  { name: 'class weights', batch: 29, classes: 7, weights: true },
  {
    name: 'class weights, squared, an auxiliary head',
    batch: 29,
    classes: 13,
    weights: true,
    squared: true,
    weight: 0.3,
  },
  { name: 'ties at the margin', batch: 64, classes: 6, scores: (random) => random.integer(3) },
  { name: 'nothing to gain', batch: 9, classes: 5, scores: () => 3, margin: 2 ** -10 },
  { name: 'large scores', batch: 19, classes: 10, scores: (random) => Math.fround(1e6 * random.normal()) },
  { name: 'labels out of range', batch: 40, classes: 5, weights: true, label: (random) => random.integer(15) - 5 },
  {
    name: 'labels far out of range',
    batch: 8,
    classes: 5,
    label: (random) => (random.integer(2) ? -1 : 1) * (2 ** 31 - 1),
  },
  { name: 'ImageNet, batch of 32', batch: 32, classes: 1000, bench: 'vgg16' },
]

export const cases: readonly OpCase[] = rows.map((row) => {
  const { name, batch, classes, margin = 1, squared = false, weight = 1, weights, scores, label } = row
  const labelOf = label ?? ((random: Random) => random.integer(classes))
  return opCase({
    name,
    op: hinge,
    attributes: { margin, squared, weight },
    inputs: [f32(batch, classes), i32(batch), ...(weights ? [f32(classes)] : [])],
    // The sum over the classes, and four roundings of each of its terms.
    terms: classes + 4,
    fill: (random, array) => [scores?.(random), labelOf(random), 0.1 + random.next()][array],
    noDifferences: 'starts the backward pass: its gradient is that of the mean loss, checked in hinge.test.ts',
    ...(row.bench === undefined ? {} : { bench: row.bench }),
  })
})
