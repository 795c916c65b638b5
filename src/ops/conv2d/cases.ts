/** Convolution cases: the notes' own, ugly ones (primes, remainders, odd strides, one-sided padding), real networks'. */

import { type Affine, affineCount } from '../affine.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { type Padding, type Pair, windowOn } from '../window.ts'
import { type Conv2dGeometry, coversPicture, filterShape, outputShape } from './geometry.ts'
import { channelSum, conv2d, conv2dFilterGradient, conv2dInputGradient } from './op.ts'

interface Row {
  readonly name: string
  /** [n, h, w, c] */
  readonly x: readonly [number, number, number, number]
  readonly kernel: Pair
  readonly filters: number
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly groups?: number
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'the notes: numpy example', x: [1, 11, 11, 4], kernel: [5, 5], filters: 2, stride: [2, 2] },
  {
    name: 'the notes: animated demo',
    x: [1, 5, 5, 3],
    kernel: [3, 3],
    filters: 2,
    stride: [2, 2],
    padding: [1, 1, 1, 1],
  },
  { name: 'one value', x: [1, 1, 1, 1], kernel: [1, 1], filters: 1 },
  { name: 'primes', x: [3, 7, 5, 5], kernel: [3, 3], filters: 7, padding: [1, 1, 1, 1] },
  { name: 'one-sided padding', x: [2, 6, 7, 3], kernel: [3, 3], filters: 5, stride: [2, 2], padding: [0, 0, 1, 1] },
  { name: 'padding wider than the picture', x: [1, 2, 2, 3], kernel: [5, 5], filters: 4, padding: [4, 4, 4, 4] },
  { name: 'stride beyond the filter', x: [2, 9, 11, 2], kernel: [2, 2], filters: 3, stride: [3, 4] },
  {
    name: 'unequal sides',
    x: [2, 8, 6, 3],
    kernel: [3, 5],
    filters: 9,
    stride: [2, 1],
    padding: [1, 2, 1, 2],
    dilation: [1, 1],
  },
  { name: 'dilated', x: [2, 9, 9, 5], kernel: [3, 3], filters: 6, padding: [2, 2, 2, 2], dilation: [2, 2] },
  {
    name: 'dilated and strided',
    x: [1, 13, 10, 3],
    kernel: [3, 2],
    filters: 17,
    stride: [2, 3],
    padding: [3, 0, 2, 1],
    dilation: [3, 2],
  },
  { name: 'two groups', x: [2, 5, 5, 6], kernel: [3, 3], filters: 10, padding: [1, 1, 1, 1], groups: 2 },
  { name: 'depthwise', x: [2, 7, 9, 13], kernel: [3, 3], filters: 13, padding: [1, 1, 1, 1], groups: 13 },
  {
    name: 'depthwise strided',
    x: [2, 8, 8, 16],
    kernel: [5, 5],
    filters: 16,
    stride: [2, 2],
    padding: [2, 2, 2, 2],
    groups: 16,
  },
  { name: 'depthwise, wide', x: [1, 3, 48, 24], kernel: [3, 3], filters: 24, padding: [1, 1, 1, 1], groups: 24 },
  { name: 'depthwise with multiplier', x: [1, 6, 5, 4], kernel: [3, 3], filters: 12, padding: [1, 1, 1, 1], groups: 4 },
  { name: 'LeNet conv1', x: [2, 28, 28, 1], kernel: [5, 5], filters: 6, padding: [2, 2, 2, 2], bench: 'lenet5' },
  { name: 'LeNet conv2', x: [3, 14, 14, 6], kernel: [5, 5], filters: 16 },
  { name: '1×1', x: [2, 7, 7, 19], kernel: [1, 1], filters: 33 },
  { name: '1×1 strided', x: [2, 7, 8, 9], kernel: [1, 1], filters: 8, stride: [2, 2] },
  { name: 'fully connected, one picture', x: [1, 1, 1, 403], kernel: [1, 1], filters: 51 },
  { name: 'fully connected, batch', x: [37, 1, 1, 129], kernel: [1, 1], filters: 10 },
  { name: 'deep sum', x: [1, 4, 4, 130], kernel: [3, 3], filters: 24, padding: [1, 1, 1, 1] },
]

const allRows = rows.flatMap((row): OpCase[] => {
  const { x, kernel, filters, stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1 } = row
  const [batch, height, width, channels] = x
  const window = windowOn({ kernel, stride, padding, dilation }, { height, width, channels })
  const geometry: Conv2dGeometry = { window, channels, filters, groups }
  const w = filterShape(geometry)
  const y = outputShape(geometry, batch)
  const dot = w[0] * w[1] * w[2]
  const bench = row.bench === undefined ? {} : { bench: row.bench }
  const cut = (activation: 'relu' | 'relu6') =>
    opCase({
      name: `${row.name}, bias, ${activation}`,
      op: conv2d,
      attributes: { ...geometry, bias: true, activation },
      inputs: [f32(...x), f32(...w), f32(filters)],
      terms: dot + 1,
      noDifferences: `${activation} has kinks`,
      ...(activation === 'relu' ? bench : {}),
    })
  return [
    cut('relu'),
    cut('relu6'),
    opCase({
      name: row.name,
      op: conv2d,
      attributes: { ...geometry, bias: false, activation: 'none' },
      inputs: [f32(...x), f32(...w)],
      terms: dot,
    }),
    ...(coversPicture(geometry) ? [] : [true, false].map((bias) => normed(`${row.name}, norm`, x, geometry, bias))),
    opCase({
      name: row.name,
      op: conv2dInputGradient,
      attributes: geometry,
      inputs: [f32(...y), f32(...w)],
      terms: kernel[0] * kernel[1] * (filters / groups),
      ...bench,
    }),
    opCase({
      name: row.name,
      op: conv2dFilterGradient,
      attributes: geometry,
      inputs: [f32(...x), f32(...y)],
      terms: y[0] * y[1] * y[2],
      ...bench,
    }),
    opCase({
      name: row.name,
      op: channelSum,
      attributes: {},
      inputs: [f32(...y)],
      terms: y[0] * y[1] * y[2],
    }),
  ]
})

/** A convolution that has absorbed a batch normalization by tracked statistics. */
function normed(name: string, x: Row['x'], geometry: Conv2dGeometry, bias: boolean, affine: Affine = {}): OpCase {
  const w = filterShape(geometry)
  const channels = f32(geometry.filters)
  const ofNorm = affineCount(affine) + 2
  const ofChannels = new Array<typeof channels>(ofNorm + (bias ? 1 : 0)).fill(channels)
  return opCase({
    name: `${name}${bias ? ', bias' : ', relu'}`,
    op: conv2d,
    attributes: { ...geometry, bias, norm: { epsilon: 1e-5, ...affine }, activation: bias ? 'none' : 'relu' },
    inputs: [f32(...x), f32(...w), ...ofChannels],
    terms: w[0] * w[1] * w[2] + 4,
    fill: (random, array) => (array === 1 + ofChannels.length ? 0.5 + random.next() : undefined),
    // A norm is absorbed only where nothing of it needs a gradient.
    constant: Array.from({ length: ofNorm }, (_, i) => 1 + ofChannels.length - i),
    ...(bias ? {} : { noDifferences: 'relu has kinks' }),
  })
}

/** Norms without a scale, a shift, or both. */
const partial = [true, false].flatMap((bias): OpCase[] => {
  const x = [2, 7, 5, 5] as const
  const window = windowOn(
    { kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1] },
    { height: x[1], width: x[2], channels: x[3] },
  )
  const geometry: Conv2dGeometry = { window, channels: x[3], filters: 7, groups: 1 }
  return [
    normed('norm without scale', x, geometry, bias, { scale: false }),
    normed('norm without shift', x, geometry, bias, { shift: false }),
    normed('norm without either', x, geometry, bias, { scale: false, shift: false }),
  ]
})

export const cases: readonly OpCase[] = [...allRows, ...partial]
