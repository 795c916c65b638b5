/** Batch normalization cases: channels with every remainder, few and many rows, values far from 0, ResNet-20's layers. */

import type { Random } from '../../core/random.ts'
import { type Affine, affineCount } from '../affine.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { batchNormAgain } from './again.ts'
import type { BatchNormAttributes } from './attributes.ts'
import { batchNorm, batchNormGradient } from './op.ts'
import { trackedNorm, trackedNormInputGradient, trackedNormParameterGradient } from './tracked.ts'

interface Row {
  readonly name: string
  readonly rows: number
  readonly channels: number
  readonly epsilon?: number
  readonly momentum?: number
  /** Default: both scale and shift. */
  readonly affine?: Affine
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'two values', rows: 2, channels: 1, epsilon: 1e-2 },
  { name: 'ugly sizes', rows: 37, channels: 7 },
  { name: 'no scale', rows: 37, channels: 11, affine: { scale: false } },
  { name: 'no shift', rows: 130, channels: 9, affine: { shift: false } },
  { name: 'neither scale nor shift', rows: 70, channels: 13, affine: { scale: false, shift: false } },
  { name: 'one range and a bit', rows: 2731, channels: 3, momentum: 0.9 },
  { name: 'many ranges', rows: 700, channels: 67, epsilon: 1e-3 },
  { name: 'ResNet-20, third stage, one picture', rows: 64, channels: 64 },
]
const bench: Row = { name: 'ResNet-20, first stage', rows: 4 * 32 * 32, channels: 16, bench: 'resnet20' }

/** Variances and deviations are positive. */
function positive(index: number): Required<Pick<OpCase, 'fill'>>['fill'] {
  return (random: Random, array) => (array === index ? 0.5 + random.next() : undefined)
}

/** Terms of a sum over the batch; float64 takes over after 64 of them, and each value takes a few operations more. */
const terms = 72

function casesOf({ name, rows, channels, epsilon = 1e-5, momentum = 0.1, affine = {}, ...more }: Row): OpCase[] {
  const x = f32(rows, channels)
  const c = f32(channels)
  const given = Array.from({ length: affineCount(affine) }, () => c)
  const activated = (activation: 'none' | 'relu'): OpCase[] => {
    const attributes: BatchNormAttributes = { epsilon, activation, ...affine }
    const shared = { name: `${name}, ${activation}`, terms, ...more }
    // A step of the shift moves all values of a channel, and of thousands some cross the kink.
    const crosses = activation === 'relu' && rows > 1000 ? { noDifferences: 'relu has a kink' } : {}
    return [
      opCase({
        ...shared,
        op: batchNorm,
        attributes: { ...attributes, momentum },
        inputs: [x, ...given],
        updates: [c, c],
        fill: positive(given.length + 2),
      }),
      opCase({
        ...shared,
        op: batchNormGradient,
        attributes,
        inputs: [x, x, ...given, c, c],
        fill: positive(given.length + 3),
      }),
      opCase({
        ...shared,
        op: batchNormAgain,
        attributes,
        inputs: [x, ...given, c, c],
        fill: positive(given.length + 2),
      }),
      opCase({
        ...shared,
        op: trackedNorm,
        attributes,
        inputs: [x, ...given, c, c],
        fill: positive(given.length + 2),
        // Mean and variance.
        constant: [given.length + 1, given.length + 2],
        ...crosses,
      }),
    ]
  }
  const shared = { name, attributes: { epsilon }, terms, ...more }
  const scaled = affine.scale === false ? [] : [c]
  return [
    ...activated('none'),
    ...activated('relu'),
    opCase({
      ...shared,
      op: trackedNormInputGradient,
      attributes: { epsilon, scale: affine.scale },
      inputs: [x, ...scaled, c],
      fill: positive(scaled.length + 1),
    }),
    opCase({ ...shared, op: trackedNormParameterGradient, inputs: [x, x, c, c], fill: positive(3) }),
  ]
}

/** Mean 1000, deviation 1: a variance taken as a difference of float32 squares would be lost. */
const farAway: OpCase = opCase({
  name: 'far from zero',
  op: batchNorm,
  attributes: { epsilon: 1e-5, momentum: 0.1, activation: 'none' },
  inputs: [f32(900, 9), f32(9), f32(9)],
  updates: [f32(9), f32(9)],
  // (x − mean) keeps the error of the mean: 1000·ε, against results of about 3.
  terms: 1000,
  fill: (random, array) => (array === 0 ? 1000 + random.normal() : array === 4 ? 1 : undefined),
  noDifferences: 'a step of 1e-5 is lost in values of 1000',
})

export const cases: readonly OpCase[] = [...rows.flatMap(casesOf), ...casesOf(bench), farAway]
