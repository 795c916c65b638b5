/** Dropout cases: rates at and near the ends, lengths with every remainder, several tiles. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { seedSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { dropout, dropoutPath } from './op.ts'

const rows = [
  { name: 'one value', count: 1, rate: 0.5 },
  { name: 'two values', count: 2, rate: 0.5 },
  { name: 'seven values', count: 7, rate: 0.3 },
  { name: 'a prime number of values, two tiles', count: 4339, rate: 0.5 },
  { name: 'nothing dropped', count: 403, rate: 0 },
  { name: 'almost nothing dropped', count: 403, rate: 1e-12 },
  { name: 'almost everything dropped', count: 4339, rate: 0.999 },
  { name: 'everything dropped', count: 403, rate: 1 },
  { name: 'less than one in 2³² kept', count: 403, rate: 1 - 1e-12 },
  { name: 'VGG-16, FC-4096, batch of 32', count: 32 * 4096, rate: 0.5, bench: 'vgg16' },
]

const values = rows.map(({ name, count, rate, bench }, stream) =>
  opCase({
    name: `${name}, rate ${rate}`,
    op: dropout,
    attributes: { rate, stream },
    inputs: [f32(count), seedSpec],
    // The factor 1/(1 − rate) is rounded, then the product.
    terms: 2,
    // Seed and step: any 32-bit integers.
    fill: (random: Random, array) => (array === 1 ? random.uint32() - 2 ** 31 : undefined),
    ...(bench === undefined ? {} : { bench }),
  }),
)

/** Images that end within a vector, within a tile, and over several tiles. */
const paths = [
  { name: 'one image', shape: [1, 3, 3, 5], rate: 0.5 },
  { name: 'images of one value', shape: [41, 1, 1, 1], rate: 0.3 },
  { name: 'ugly images', shape: [13, 7, 5, 3], rate: 0.5 },
  { name: 'images of several tiles', shape: [3, 31, 29, 13], rate: 0.5 },
  { name: 'every image dropped', shape: [5, 3, 3, 2], rate: 1 },
].map(({ name, shape, rate }, stream) =>
  opCase({
    name: `${name}, rate ${rate}`,
    op: dropoutPath,
    attributes: { rate, stream },
    inputs: [f32(...shape), seedSpec],
    terms: 2,
    fill: (random: Random, array) => (array === 1 ? random.uint32() - 2 ** 31 : undefined),
  }),
)

export const cases: readonly OpCase[] = [...values, ...paths]
