/** Softmax cases: few and many classes, every remainder, large scores. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { softmax, softmaxGradient } from './op.ts'

const rows = [
  { name: 'one class', rows: 3, classes: 1 },
  { name: 'two classes', rows: 5, classes: 2 },
  { name: 'three classes', rows: 4, classes: 3 },
  { name: 'four classes', rows: 4, classes: 4 },
  { name: 'seven classes', rows: 1, classes: 7 },
  { name: 'digits', rows: 37, classes: 10 },
  { name: 'digits, several tiles', rows: 1301, classes: 10 },
  { name: 'a prime number of classes', rows: 11, classes: 1009 },
  { name: 'a picture of 21 classes', rows: 16 * 13, classes: 21, bench: 'segmentation head' },
  { name: 'ImageNet, batch of 32', rows: 32, classes: 1000, bench: 'vgg16' },
]

export const cases: readonly OpCase[] = rows.flatMap((row): OpCase[] => {
  const attributes = {}
  const x = f32(row.rows, row.classes)
  const bench = row.bench === undefined ? {} : { bench: row.bench }
  // What the sum loses, a division, and the exponential's 2 ulp.
  const terms = row.classes + 4
  const large = (random: Random) => Math.fround(60 * random.normal())
  return [
    opCase({ name: row.name, op: softmax, attributes, inputs: [x], terms, ...bench }),
    opCase({ name: `${row.name}, large scores`, op: softmax, attributes, inputs: [x], terms, fill: large }),
    opCase({ name: row.name, op: softmaxGradient, attributes, inputs: [x, x], terms: row.classes + 2, ...bench }),
  ]
})
