/** Transposed convolutions: every remainder, overlaps and gaps, output padding, groups, generators' layers. */

import { type OpCase, opCase } from '../../cases.ts'
import { f32 } from '../../specs.ts'
import { type Padding, type Pair, windowOn } from '../../window.ts'
import { filterShape, outputShape } from '../geometry.ts'
import { transposed } from './op.ts'

interface Row {
  readonly name: string
  readonly batch: number
  /** Of the result, whose convolution this transposes. */
  readonly size: Pair
  readonly kernel: Pair
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly groups?: number
  /** That go in and come out. */
  readonly depth: readonly [input: number, output: number]
}

const rows: readonly Row[] = [
  {
    name: 'doubles each side',
    batch: 2,
    size: [6, 8],
    kernel: [4, 4],
    stride: [2, 2],
    padding: [1, 1, 1, 1],
    depth: [5, 7],
  },
  { name: 'no overlap', batch: 3, size: [6, 9], kernel: [2, 3], stride: [2, 3], depth: [3, 9] },
  { name: 'gaps', batch: 1, size: [8, 8], kernel: [2, 1], stride: [3, 2], depth: [4, 3] },
  {
    name: 'output padding',
    batch: 2,
    size: [8, 7],
    kernel: [3, 3],
    stride: [2, 2],
    padding: [1, 1, 1, 1],
    depth: [9, 5],
  },
  { name: 'stride 1', batch: 2, size: [7, 5], kernel: [3, 3], padding: [1, 1, 1, 1], depth: [6, 11] },
  { name: 'dilated', batch: 1, size: [11, 9], kernel: [3, 2], stride: [2, 1], dilation: [2, 3], depth: [4, 5] },
  {
    name: 'groups',
    batch: 2,
    size: [8, 8],
    kernel: [4, 4],
    stride: [2, 2],
    padding: [1, 1, 1, 1],
    groups: 3,
    depth: [6, 9],
  },
  {
    name: 'depthwise',
    batch: 2,
    size: [8, 6],
    kernel: [4, 4],
    stride: [2, 2],
    padding: [1, 1, 1, 1],
    groups: 13,
    depth: [13, 13],
  },
  { name: 'from one position', batch: 3, size: [4, 4], kernel: [4, 4], depth: [37, 18] },
  {
    name: 'wide',
    batch: 1,
    size: [8, 8],
    kernel: [4, 4],
    stride: [2, 2],
    padding: [1, 1, 1, 1],
    depth: [34, 16],
  },
]

export const cases: readonly OpCase[] = rows.flatMap(({ name, batch, size, kernel, depth, ...row }) => {
  const { stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1 } = row
  const [filters, channels] = depth
  const window = windowOn({ kernel, stride, padding, dilation }, { height: size[0], width: size[1], channels })
  const geometry = { window, channels, filters, groups }
  const [x, w] = [f32(...outputShape(geometry, batch)), f32(...filterShape(geometry))]
  const terms = (kernel[0] * kernel[1] * filters) / groups + 1
  const shared = { op: transposed, terms }
  return [
    opCase({ ...shared, name, attributes: { ...geometry, bias: false, activation: 'none' }, inputs: [x, w] }),
    opCase({
      ...shared,
      name: `${name}, bias`,
      attributes: { ...geometry, bias: true, activation: 'none' },
      inputs: [x, w, f32(channels)],
    }),
    opCase({
      ...shared,
      name: `${name}, bias, relu6`,
      attributes: { ...geometry, bias: true, activation: 'relu6' },
      inputs: [x, w, f32(channels)],
      noDifferences: 'relu6 has kinks',
    }),
    opCase({
      ...shared,
      name: `${name}, relu`,
      attributes: { ...geometry, bias: false, activation: 'relu' },
      inputs: [x, w],
      noDifferences: 'relu has kinks',
    }),
  ]
})
