/** Locally connected layers: every remainder of rows and columns, strides, dilation, padding, single images. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { type Padding, type Pair, windowOn } from '../window.ts'
import { biasShape, filterShape, outputShape } from './attributes.ts'
import { local, localOps } from './op.ts'

interface Row {
  readonly name: string
  /** [n, h, w, c] */
  readonly x: readonly [number, number, number, number]
  readonly kernel: Pair
  readonly filters: number
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'one value', x: [1, 1, 1, 1], kernel: [1, 1], filters: 1 },
  { name: 'primes', x: [5, 5, 3, 3], kernel: [3, 3], filters: 7, padding: [1, 1, 1, 1] },
  { name: 'one image', x: [1, 4, 5, 6], kernel: [3, 2], filters: 23 },
  { name: 'strided', x: [2, 7, 6, 5], kernel: [3, 2], filters: 10, stride: [2, 3], padding: [1, 0, 2, 1] },
  { name: 'dilated', x: [3, 9, 5, 2], kernel: [3, 2], filters: 4, padding: [2, 3, 1, 0], dilation: [2, 3] },
  { name: 'padding wider than the image', x: [6, 2, 1, 3], kernel: [2, 2], filters: 9, padding: [3, 3, 3, 3] },
  { name: 'whole map', x: [9, 3, 3, 4], kernel: [3, 3], filters: 19 },
  { name: 'faces', x: [8, 8, 8, 16], kernel: [3, 3], filters: 16, bench: 'local' },
]

export const cases: readonly OpCase[] = rows.flatMap(({ name, x, kernel, filters, bench, ...row }) => {
  const { stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1] } = row
  const [batch, height, width, channels] = x
  const window = windowOn({ kernel, stride, padding, dilation }, { height, width, channels })
  const geometry = { window, channels, filters }
  const [input, w, y] = [f32(...x), f32(...filterShape(geometry)), f32(...outputShape(geometry, batch))]
  const bias = f32(...biasShape(geometry))
  const area = kernel[0] * kernel[1]
  const timed = { name, ...(bench === undefined ? {} : { bench }) }
  return [
    opCase({
      name: `${name}, bias, relu`,
      op: local,
      attributes: { ...geometry, bias: true, activation: 'relu' },
      inputs: [input, w, bias],
      terms: area * channels + 1,
      noDifferences: 'relu has kinks',
    }),
    opCase({
      name: `${name}, bias`,
      op: local,
      attributes: { ...geometry, bias: true, activation: 'none' },
      inputs: [input, w, bias],
      terms: area * channels + 1,
    }),
    opCase({
      ...timed,
      op: local,
      attributes: { ...geometry, bias: false, activation: 'none' },
      inputs: [input, w],
      terms: area * channels,
    }),
    opCase({
      ...timed,
      op: localOps['local.inputGradient'],
      attributes: geometry,
      inputs: [y, w],
      terms: area * filters,
    }),
    opCase({
      ...timed,
      op: localOps['local.filterGradient'],
      attributes: geometry,
      inputs: [input, y],
      terms: batch,
    }),
    opCase({ name, op: localOps['local.biasGradient'], attributes: geometry, inputs: [y], terms: batch }),
  ]
})
