/** Group normalization cases: from one group to as many as channels, channels with every remainder, one row and many. */

import { type Affine, affineCount } from '../affine.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { groupNorm, groupNormGradient } from './op.ts'

interface Row {
  readonly name: string
  /** [n, h, w, c] */
  readonly x: readonly [number, number, number, number]
  readonly groups: number
  readonly epsilon?: number
  readonly affine?: Affine
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'two values', x: [3, 1, 2, 1], groups: 1, epsilon: 1e-2 },
  { name: 'one group', x: [2, 5, 4, 7], groups: 1 },
  { name: 'one group, one row', x: [3, 1, 1, 37], groups: 1 },
  { name: 'instance norm', x: [2, 7, 5, 11], groups: 11 },
  { name: 'three groups', x: [5, 3, 7, 15], groups: 3, epsilon: 1e-3 },
  { name: 'several ranges', x: [2, 40, 33, 12], groups: 4 },
  { name: 'no scale', x: [2, 4, 5, 10], groups: 5, affine: { scale: false } },
  { name: 'no shift', x: [3, 4, 4, 9], groups: 3, affine: { shift: false } },
  { name: 'neither', x: [2, 3, 9, 18], groups: 2, affine: { scale: false, shift: false } },
  { name: 'ResNet-50, third stage', x: [1, 14, 14, 256], groups: 32, bench: 'resnet50' },
]

/** Terms of a sum over a group; float64 takes over after 64 of them, and each value takes a few operations more. */
const terms = 72

function casesOf({ name, x: shape, groups, epsilon = 1e-5, affine = {}, ...more }: Row): OpCase[] {
  const x = f32(...shape)
  const c = f32(shape[3])
  const statistics = f32(shape[0], shape[3])
  const given = Array.from({ length: affineCount(affine) }, () => c)
  return (['none', 'relu'] as const).flatMap((activation) => {
    const attributes = { epsilon, groups, activation, ...affine }
    const shared = { name: `${name}, ${activation}`, attributes, terms, ...more }
    return [
      opCase({
        ...shared,
        op: groupNorm,
        inputs: [x, ...given],
        ...(activation === 'none' ? {} : { noDifferences: 'relu has a kink' }),
      }),
      opCase({
        ...shared,
        op: groupNormGradient,
        inputs: [x, x, statistics, statistics, ...given],
        // Statistics of a picture's own, the same in all its groups.
        fill: (_random, array, element) => {
          const picture = Math.floor(element / shape[3])
          return array === 2 ? 0.1 * picture : array === 3 ? 0.8 + 0.1 * picture : undefined
        },
      }),
    ]
  })
}

export const cases: readonly OpCase[] = rows.flatMap(casesOf)
