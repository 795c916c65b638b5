/**
 * Every kernel of convolution against the reference: the rows of cases.ts, and geometries drawn at random, because edge
 * tiles, blocks and remainder classes meet in more ways than a list can hold.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Random } from '../../core/index.ts'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { checkCase, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { type Padding, type Pair, windowOn } from '../window.ts'
import { cases } from './cases.ts'
import { type Conv2dGeometry, filterShape, inputShape, outputShape } from './geometry.ts'
import { channelSum, conv2d, conv2dFilterGradient, conv2dInputGradient } from './op.ts'

testCases(cases)

/** All directions of one geometry. */
function casesOf(name: string, geometry: Conv2dGeometry): readonly OpCase[] {
  const x = f32(...inputShape(geometry))
  const w = f32(...filterShape(geometry))
  const y = f32(...outputShape(geometry))
  const [fh, fw, depth] = filterShape(geometry)
  const [n, height, width, filters] = outputShape(geometry)
  const both = { ...geometry, bias: true, activation: 'relu' } as const
  const none = { ...geometry, bias: false, activation: 'none' } as const
  const pixels = n * height * width
  const back = (fh * fw * filters) / geometry.groups
  return [
    opCase({ name, fill, op: conv2d, attributes: both, inputs: [x, w, f32(filters)], terms: fh * fw * depth + 1 }),
    opCase({ name, fill, op: conv2d, attributes: none, inputs: [x, w], terms: fh * fw * depth }),
    opCase({ name, fill, op: conv2dInputGradient, attributes: geometry, inputs: [y, w], terms: back }),
    opCase({ name, fill, op: conv2dFilterGradient, attributes: geometry, inputs: [x, y], terms: pixels }),
    opCase({ name, fill, op: channelSum, attributes: { channels: filters }, inputs: [y], terms: pixels }),
  ]
}

/**
 * Positive values: a sum of a few terms of both signs can come out near zero by chance, and the tolerance is measured on
 * what comes out. Biases (the third array) are positive or so low that the ReLU takes all of their filter.
 */
function fill(random: Random, array: number, element: number): number {
  return array === 2 && element % 2 === 1 ? -1e4 : 0.5 + random.next()
}

interface Given {
  readonly batch: number
  readonly size: Pair
  readonly kernel: Pair
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly groups?: number
  /** Channels and filters of one group. */
  readonly depth: number
  readonly filters: number
}

function geometryOf({ batch, size, kernel, stride, padding, dilation, groups = 1, depth, filters }: Given) {
  const window = windowOn(
    { kernel, stride: stride ?? [1, 1], padding: padding ?? [0, 0, 0, 0], dilation: dilation ?? [1, 1] },
    { height: size[0], width: size[1], channels: groups * depth },
  )
  return { batch, window, channels: groups * depth, filters: groups * filters, groups }
}

/** Winograd's method has its own tests. */
const asProduct = (given: Given): Conv2dGeometry => ({ ...geometryOf(given), method: 'gemm' })

const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))

/** Maps of 1–9 pixels a side; groups of one channel (depthwise, with and without multiplier) are drawn often. */
const geometries = fc
  .record({
    batch: fc.oneof(fc.constant(5), fc.integer({ min: 1, max: 4 })),
    size: pair(1, 9),
    kernel: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 5)),
    stride: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 4)),
    padding: fc.oneof(
      fc.constant<Padding>([0, 0, 0, 0]),
      fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)) as fc.Arbitrary<Padding>,
    ),
    dilation: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 4)),
    groups: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 11 })),
    depth: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 19 })),
    filters: fc.integer({ min: 1, max: 27 }),
  })
  .map(geometryOf)
  .filter(({ window, groups, channels }) => Math.min(...window.output) > 0 && (groups < 4 || channels < 50))

/** Depthwise, of pictures so wide that they are read where they are; windows may lie wholly outside. */
const wideDepthwise = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    size: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 48, max: 53 })),
    kernel: fc.oneof(fc.constant<Pair>([3, 3]), pair(1, 5)),
    stride: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 4)),
    padding: fc.oneof(
      fc.constant<Padding>([1, 1, 1, 1]),
      fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6), fc.nat(6)) as fc.Arbitrary<Padding>,
    ),
    dilation: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 4)),
    groups: fc.constantFrom(8, 16, 24, 40),
    depth: fc.constant(1),
    filters: fc.constant(1),
  })
  .map(geometryOf)
  .filter(({ window }) => Math.min(...window.output) > 0)

describe.each(testedModules)('random geometries on %s', (module) => {
  it('of wide depthwise convolutions give what the reference gives', () => {
    fc.assert(
      fc.property(wideDepthwise, fc.integer({ min: 1, max: 1e6 }), (geometry, seed) => {
        for (const row of casesOf(JSON.stringify(geometry), geometry)) checkCase(row, module, seed)
      }),
      { numRuns: 60 },
    )
  })

  it('give what the reference gives', () => {
    fc.assert(
      fc.property(geometries, fc.integer({ min: 1, max: 1e6 }), (geometry, seed) => {
        for (const row of casesOf(JSON.stringify(geometry), geometry)) checkCase(row, module, seed)
      }),
      { numRuns: 150 },
    )
  })
})

/** Variants share rows out to tiles of other heights, and yet give the same bits. */
describe.each(testedModules)('any number of rows on %s', (module) => {
  it('gives what the reference gives', () => {
    for (let rows = 1; rows <= 31; rows++) {
      const given = asProduct({ batch: 1, size: [1, rows], kernel: [1, 1], depth: rows, filters: 9 })
      for (const row of casesOf(`${rows} rows`, given)) checkCase(row, module)
    }
  })
})

/** Shapes that need several blocks, chunks and ranges of panels; what they cover is asserted, lest the rules outgrow them. */
const large: readonly (Given & { readonly name: string })[] = [
  { name: 'many blocks', batch: 3, size: [19, 40], kernel: [3, 3], padding: [1, 1, 1, 1], depth: 16, filters: 20 },
  {
    name: 'strided blocks',
    batch: 2,
    size: [31, 23],
    kernel: [3, 3],
    stride: [2, 2],
    padding: [1, 1, 1, 1],
    depth: 9,
    filters: 33,
  },
  {
    name: 'wide rows in pieces',
    batch: 1,
    size: [3, 611],
    kernel: [3, 3],
    padding: [1, 1, 1, 1],
    depth: 8,
    filters: 9,
  },
  {
    name: 'channels in ranges',
    batch: 2,
    size: [6, 6],
    kernel: [3, 3],
    padding: [1, 1, 1, 1],
    depth: 131,
    filters: 73,
  },
  { name: 'pictures in blocks', batch: 65, size: [4, 4], kernel: [2, 2], depth: 12, filters: 16 },
  { name: 'fully connected, deep', batch: 9, size: [1, 1], kernel: [1, 1], depth: 1300, filters: 140 },
  { name: 'fully connected, one row', batch: 1, size: [5, 5], kernel: [5, 5], depth: 41, filters: 1001 },
  { name: 'fully connected, many rows', batch: 230, size: [2, 2], kernel: [2, 2], depth: 10, filters: 21 },
  {
    name: 'depthwise',
    batch: 2,
    size: [25, 25],
    kernel: [3, 3],
    padding: [1, 1, 1, 1],
    groups: 75,
    depth: 1,
    filters: 1,
  },
  {
    name: 'depthwise, wide',
    batch: 2,
    size: [49, 50],
    kernel: [3, 3],
    padding: [1, 1, 1, 1],
    groups: 72,
    depth: 1,
    filters: 1,
  },
  {
    name: 'depthwise, strided, multiplied',
    batch: 2,
    size: [24, 17],
    kernel: [5, 5],
    stride: [2, 2],
    padding: [2, 2, 2, 2],
    groups: 34,
    depth: 1,
    filters: 2,
  },
]

describe.each(testedModules)('large shapes on %s', (module) => {
  it.each(large.map((given) => [given.name, given] as const))('%s', (name, given) => {
    for (const row of casesOf(name, asProduct(given))) checkCase(row, module)
  })
})

it('the large shapes make every kernel cut its work into several tiles', () => {
  const tiles = new Map<string, number>()
  for (const given of large)
    for (const { op, attributes, inputs } of casesOf(given.name, asProduct(given))) {
      const step = { attributes, inputs, outputs: op.outputs(attributes, inputs), updates: [] }
      const { run } = op.wasm.calls(step, { inputs: [0, 0, 0], outputs: [0], updates: [], prepared: 0, shared: 0 })
      for (const call of run) tiles.set(call.kernel, Math.max(tiles.get(call.kernel) ?? 0, call.tiles))
    }
  expect([...tiles].filter(([, most]) => most < 2)).toEqual([])
  expect([...tiles.keys()].sort()).toEqual([
    'channelSums',
    'conv2dFilterGradient',
    'conv2dProduct',
    'denseProduct',
    'denseRow',
    'denseRowSum',
    'depthwiseFilterGradient',
    'depthwiseInPlace',
    'depthwiseProduct',
    'sumChunks',
  ])
})
