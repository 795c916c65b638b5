/** Batch normalization cases: channels with every remainder, few and many rows, values far from 0, ResNet-20's layers. */

import type { Random } from '../../core/random.ts'
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
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'two values', rows: 2, channels: 1, epsilon: 1e-2 },
  { name: 'ugly sizes', rows: 37, channels: 7 },
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

function casesOf({ name, rows, channels, epsilon = 1e-5, momentum = 0.1, ...more }: Row): OpCase[] {
  const x = f32(rows, channels)
  const c = f32(channels)
  const activated = (activation: 'none' | 'relu'): OpCase[] => {
    const attributes: BatchNormAttributes = { epsilon, activation }
    const shared = { name: `${name}, ${activation}`, terms, ...more }
    // A step of the shift moves all values of a channel, and of thousands some cross the kink.
    const crosses = activation === 'relu' && rows > 1000 ? { noDifferences: 'relu has a kink' } : {}
    return [
      opCase({
        ...shared,
        op: batchNorm,
        attributes: { ...attributes, momentum },
        inputs: [x, c, c],
        updates: [c, c],
        fill: positive(4),
      }),
      opCase({ ...shared, op: batchNormAgain, attributes, inputs: [x, c, c, c, c], fill: positive(4) }),
      opCase({ ...shared, op: batchNormGradient, attributes, inputs: [x, x, c, c, c, c], fill: positive(5) }),
      opCase({
        ...shared,
        op: trackedNorm,
        attributes,
        inputs: [x, c, c, c, c],
        fill: positive(4),
        // Mean and variance.
        constant: [3, 4],
        ...crosses,
      }),
    ]
  }
  const shared = { name, attributes: { epsilon }, terms, ...more }
  return [
    ...activated('none'),
    ...activated('relu'),
    opCase({ ...shared, op: trackedNormInputGradient, inputs: [x, c, c], fill: positive(2) }),
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
