/** Clipping cases: gradients of one and of several chunks, of extreme sizes; norms below and above the limit. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { scalarSlots, scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { NORM_CHUNK, normChunks } from './chunks.ts'
import { clipNorms, clipScale } from './op.ts'

const gradients = [
  { name: 'one value', count: 1, size: 1 },
  { name: 'seven values', count: 7, size: 1 },
  { name: 'a prime number of values', count: 4339, size: 1 },
  { name: 'one whole chunk', count: NORM_CHUNK, size: 1 },
  { name: 'one value more than a chunk', count: NORM_CHUNK + 1, size: 1 },
  { name: 'squares beyond float32', count: 403, size: 1e30 },
  { name: 'squares below float32', count: 403, size: 1e-30 },
  { name: 'VGG-16, conv2_2', count: 9 * 128 * 128, size: 1e-3, bench: 'vgg16' },
]

const scales = [
  { name: 'no gradients', arrays: [], maxNorm: 1, size: 1 },
  { name: 'below the limit', arrays: [3, 1, 17], maxNorm: 100, size: 1 },
  { name: 'above the limit', arrays: [3, 1, 17], maxNorm: 0.5, size: 1 },
  { name: 'above the limit, scaled before', arrays: [3, 1, 17], maxNorm: 0.5, size: 1, scale: 0.25 },
  { name: 'far above the limit', arrays: [5], maxNorm: 1, size: 1e25 },
  { name: 'all zero', arrays: [4, 4], maxNorm: 1, size: 0 },
  { name: 'infinite', arrays: [4, 4], maxNorm: 1, size: Number.POSITIVE_INFINITY },
  { name: 'not a number', arrays: [4, 4], maxNorm: 1, size: Number.NaN },
  { name: 'nothing left to scale', arrays: [4, 4], maxNorm: 1, size: 1, scale: 0 },
  { name: 'nothing left to scale, not a number', arrays: [4, 4], maxNorm: 1, size: Number.NaN, scale: 0 },
]

export const cases: readonly OpCase[] = [
  ...gradients.map(({ name, count, size, bench }) =>
    opCase({
      name,
      op: clipNorms,
      attributes: {},
      inputs: [f32(count)],
      terms: 1,
      fill: (random: Random) => size * random.normal(),
      ...(bench === undefined ? {} : { bench }),
    }),
  ),
  ...scales.map(({ name, arrays, maxNorm, size, scale = 1 }) =>
    opCase({
      name,
      op: clipScale,
      attributes: { maxNorm },
      inputs: arrays.map((chunks) => f32(normChunks(chunks * NORM_CHUNK))),
      updates: [scalarsSpec],
      terms: 1,
      fill(random: Random, array, element) {
        // Norms are not negative.
        if (array < arrays.length) return size * (1 + random.next())
        // What the other scalars hold must stay.
        return element === scalarSlots.gradientScale ? scale : 0.75
      },
    }),
  ),
]
