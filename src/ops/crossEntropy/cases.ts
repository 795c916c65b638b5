/** Cross-entropy cases: few and many classes, every remainder, smoothing, ties, large scores, labels that do not exist. */

import type { Random } from '../../core/random.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32, i32 } from '../specs.ts'
import { crossEntropy, crossEntropyGradient } from './op.ts'

interface Row {
  readonly name: string
  readonly batch: number
  readonly classes: number
  readonly smoothing?: number
  /** Weights of the classes: drawn, or some of them 0. */
  readonly weights?: (random: Random) => number
  readonly weight?: number
  readonly scores?: (random: Random) => number
  readonly label?: (random: Random) => number
  /** Of each class, instead of a label. */
  readonly shares?: (random: Random) => number
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'one class', batch: 3, classes: 1 },
  { name: 'two classes', batch: 5, classes: 2 },
  { name: 'three classes', batch: 1, classes: 3 },
  { name: 'digits', batch: 37, classes: 10 },
  { name: 'digits, several tiles', batch: 1301, classes: 10, bench: 'lenet5' },
  { name: 'smoothed', batch: 37, classes: 10, smoothing: 0.1 },
  { name: 'wholly smoothed', batch: 9, classes: 7, smoothing: 1 },
  { name: 'class weights', batch: 37, classes: 10, weights: (random) => 0.1 + random.next() },
  {
    name: 'class weights and smoothing',
    batch: 29,
    classes: 7,
    smoothing: 0.1,
    weights: (random) => 3 * random.next(),
  },
  { name: 'classes that do not count', batch: 13, classes: 5, smoothing: 0.2, weights: (random) => random.integer(2) },
  { name: 'no class counts', batch: 4, classes: 5, smoothing: 0.2, weights: () => 0 },
  { name: 'class weights, several tiles', batch: 1301, classes: 11, weights: (random) => 0.1 + random.next() },
  {
    name: 'class weights and a label out of range',
    batch: 9,
    classes: 4,
    label: (random) => random.integer(5),
    weights: () => 1,
  },
  { name: 'an auxiliary head', batch: 37, classes: 10, smoothing: 0.1, weight: 0.3 },
  { name: 'ties', batch: 64, classes: 6, scores: (random) => random.integer(3) },
  { name: 'large scores', batch: 19, classes: 10, scores: (random) => Math.fround(60 * random.normal()) },
  { name: 'sure of itself', batch: 19, classes: 11, scores: (random) => Math.fround(9 * random.normal() ** 3) },
  { name: 'labels out of range', batch: 40, classes: 5, smoothing: 0.1, label: (random) => random.integer(15) - 5 },
  {
    name: 'labels far out of range',
    batch: 8,
    classes: 5,
    label: (random) => (random.integer(2) ? -1 : 1) * (2 ** 31 - 1),
  },
  { name: 'shares', batch: 37, classes: 10, shares: (random) => random.next() },
  { name: 'shares, several tiles', batch: 1301, classes: 11, smoothing: 0.1, shares: (random) => random.next() },
  {
    name: 'shares, class weights and smoothing',
    batch: 29,
    classes: 7,
    smoothing: 0.1,
    shares: (random) => random.next() / 3,
    weights: (random) => 3 * random.next(),
  },
  { name: 'some shares of 0', batch: 19, classes: 9, weight: 0.3, shares: (random) => random.integer(2) / 4 },
  { name: 'ImageNet, batch of 32', batch: 32, classes: 1000, smoothing: 0.1, bench: 'vgg16' },
]

export const cases: readonly OpCase[] = rows.flatMap((row): OpCase[] => {
  const { name, batch, classes, smoothing = 0, weight = 1, scores, label, shares, weights } = row
  const attributes = { smoothing, weight }
  const bench = row.bench === undefined ? {} : { bench: row.bench }
  const labelOf = shares ?? label ?? ((random: Random) => random.integer(classes))
  const inputs = [f32(batch, classes), shares ? f32(batch, classes) : i32(batch), ...(weights ? [f32(classes)] : [])]
  const given = (random: Random, array: number) => (array === 1 ? labelOf(random) : weights?.(random))
  return [
    opCase({
      name,
      op: crossEntropy,
      attributes,
      inputs,
      // What the sum loses, a division, and the exponential's 2 ulp.
      terms: classes + 4 + (weights ? batch : 0),
      fill: (random, array) => (array === 0 ? scores?.(random) : given(random, array)),
      noDifferences: 'starts the backward pass: its gradient is that of the mean loss, checked in crossEntropy.test.ts',
      ...bench,
    }),
    opCase({
      name,
      op: crossEntropyGradient,
      attributes,
      inputs,
      terms: weights ? batch + 8 : 4,
      fill: (random, array) => (array === 0 ? random.next() : given(random, array)),
      ...bench,
    }),
  ]
})
