/** Channel cases: widths with every remainder, empty bands, an inception block, ResNet's shortcut. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { concat, slice, widen } from './op.ts'

const terms = 1

const concats = [
  { name: 'one input', rows: 5, channels: [3] },
  { name: 'ugly widths', rows: 77, channels: [1, 13, 4, 7] },
  { name: 'many rows', rows: 2311, channels: [3, 5] },
  { name: 'GoogLeNet inception 3a', rows: 784, channels: [64, 128, 32, 32], bench: 'googlenet' },
].map(({ channels, rows, name, ...bench }) =>
  opCase({
    name,
    op: concat,
    attributes: {},
    inputs: channels.map((depth) => f32(rows, depth)),
    terms,
    ...bench,
  }),
)

const slices = [
  { name: 'from the front', rows: 19, channels: 9, from: 0, count: 4 },
  { name: 'from the middle', rows: 1031, channels: 23, from: 5, count: 11 },
  { name: 'the last', rows: 3, channels: 6, from: 5, count: 1 },
].map(({ name, rows, channels, ...attributes }) =>
  opCase({ name, op: slice, attributes, inputs: [f32(rows, channels)], terms }),
)

const widens = [
  { name: 'both sides', rows: 129, channels: 7, before: 3, after: 6 },
  { name: 'nothing to add', rows: 3, channels: 5, before: 0, after: 0 },
  { name: 'only in front', rows: 2, channels: 1, before: 9, after: 0 },
  { name: 'ResNet-20, second shortcut', rows: 4 * 16 * 16, channels: 16, before: 8, after: 8, bench: 'resnet20' },
].map(({ name, rows, channels, before, after, ...bench }) =>
  opCase({
    name,
    op: widen,
    attributes: { before, after },
    inputs: [f32(rows, channels)],
    terms,
    ...bench,
  }),
)

export const cases: readonly OpCase[] = [...concats, ...slices, ...widens]
