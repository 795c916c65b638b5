/** Layer normalization cases: channels with every remainder, rows beyond a tile, values far from 0, ConvNeXt's layers. */

import { type Affine, affineCount } from '../affine.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { layerNorm, layerNormGradient } from './op.ts'

interface Row {
  readonly name: string
  readonly rows: number
  readonly channels: number
  readonly epsilon?: number
  readonly affine?: Affine
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'two channels', rows: 5, channels: 2, epsilon: 1e-2 },
  { name: 'three channels', rows: 37, channels: 3 },
  { name: 'ugly sizes', rows: 131, channels: 13, epsilon: 1e-3 },
  { name: 'many ranges', rows: 1100, channels: 67 },
  { name: 'no scale', rows: 70, channels: 9, affine: { scale: false } },
  { name: 'no shift', rows: 19, channels: 10, affine: { shift: false } },
  { name: 'neither', rows: 7, channels: 11, affine: { scale: false, shift: false } },
  { name: 'ConvNeXt-Atto, first stage', rows: 56 * 56, channels: 40, epsilon: 1e-6, bench: 'convnext' },
]

/** Lanes add up a quarter of the channels each; 64 rows are added up in float32; each value takes a few operations more. */
const termsOf = (channels: number) => Math.max(channels / 4, 64) + 8

function casesOf({ name, rows, channels, epsilon = 1e-5, affine = {}, ...more }: Row): OpCase[] {
  const x = f32(rows, channels)
  const c = f32(channels)
  const shared = { name, attributes: { epsilon, ...affine }, terms: termsOf(channels), ...more }
  const given = Array.from({ length: affineCount(affine) }, () => c)
  const scale = affine.scale === false ? [] : [c]
  return [
    opCase({ ...shared, op: layerNorm, inputs: [x, ...given] }),
    opCase({ ...shared, op: layerNormGradient, inputs: [x, x, ...scale] }),
  ]
}

/** Mean 1000, deviation 1: x − mean keeps the error of the mean, 1000·ε, against results of about 3. */
const farAway: OpCase = opCase({
  name: 'far from zero',
  op: layerNorm,
  attributes: { epsilon: 1e-5 },
  inputs: [f32(50, 19), f32(19), f32(19)],
  terms: 1000,
  fill: (random, array) => (array === 0 ? 1000 + random.normal() : undefined),
  noDifferences: 'a step of 1e-5 is lost in values of 1000',
})

export const cases: readonly OpCase[] = [...rows.flatMap(casesOf), farAway]
