/**
 * Every kernel of convolution against the reference: the rows of cases.ts, and geometries drawn at random, because edge
 * tiles, blocks and remainder classes meet in more ways than a list can hold.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Random } from '../../core/random.ts'
import type { OpCase } from '../cases.ts'
import { checkCase, type TestedModule, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import type { Padding, Pair } from '../window.ts'
import { cases } from './cases.ts'
import { biasGradientCase, callsOf, directionsOf, hasOutput, type Trial } from './testing/trial.ts'

testCases(cases)

/**
 * Positive values: a sum of a few terms of both signs can come out near zero by chance, and the tolerance is measured on
 * what comes out. Biases (the third array) are positive or so low that the ReLU takes all of their filter.
 */
function fill(random: Random, array: number, element: number): number {
  return array === 2 && element % 2 === 1 ? -1e4 : 0.5 + random.next()
}

/** All directions of one geometry. */
function casesOf(name: string, trial: Trial): readonly OpCase[] {
  return [...directionsOf(name, trial, fill), biasGradientCase(name, trial, fill)]
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

function trialOf({ groups = 1, depth, filters, ...given }: Given): Trial {
  return { ...given, groups, channels: groups * depth, filters: groups * filters }
}

/** Winograd's method has its own tests. */
const asProduct = (given: Given): Trial => ({ ...trialOf(given), way: 'gemm' })

function checkAll(name: string, trial: Trial, module: TestedModule, seed?: number): void {
  for (const row of casesOf(name, trial)) checkCase(row, module, seed)
}

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
  .map(trialOf)
  .filter((trial) => hasOutput(trial) && ((trial.groups ?? 1) < 4 || trial.channels < 50))

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
  .map(trialOf)
  .filter(hasOutput)

describe.each(testedModules)('random geometries on %s', (module) => {
  it('of wide depthwise convolutions give what the reference gives', () => {
    fc.assert(
      fc.property(wideDepthwise, fc.integer({ min: 1, max: 1e6 }), (trial, seed) => {
        checkAll(JSON.stringify(trial), trial, module, seed)
      }),
      { numRuns: 60 },
    )
  })

  it('give what the reference gives', () => {
    fc.assert(
      fc.property(geometries, fc.integer({ min: 1, max: 1e6 }), (trial, seed) => {
        checkAll(JSON.stringify(trial), trial, module, seed)
      }),
      { numRuns: 150 },
    )
  })
})

/** Variants share rows out to tiles of other heights, and yet give the same bits. */
describe.each(testedModules)('any number of rows on %s', (module) => {
  it('gives what the reference gives', () => {
    for (let rows = 1; rows <= 31; rows++) {
      const trial = asProduct({ batch: 1, size: [1, rows], kernel: [1, 1], depth: rows, filters: 9 })
      checkAll(`${rows} rows`, trial, module)
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
  it.each(large.map(({ name, ...given }) => [name, given] as const))('%s', (name, given) => {
    checkAll(name, asProduct(given), module)
  })
})

it('the large shapes make every kernel cut its work into several tiles', () => {
  const tiles = new Map<string, number>()
  for (const given of large)
    for (const call of casesOf(given.name, asProduct(given)).flatMap(callsOf))
      tiles.set(call.kernel, Math.max(tiles.get(call.kernel) ?? 0, call.tiles))
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
