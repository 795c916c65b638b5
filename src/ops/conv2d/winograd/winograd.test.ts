/**
 * Winograd's convolution against the reference: its matrices by their identity, geometries drawn at random (tiles that
 * are cut, padding on any side, channels that fill no vector), shapes that need several blocks or the two stages.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OpCase } from '../../cases.ts'
import { drawArrays, runReference } from '../../testing/arrays.ts'
import { checkCase, runWasm, testedModules } from '../../testing/harness.ts'
import type { Padding } from '../../window.ts'
import { type ChosenWay, callsOf, directionsOf, forwardCase, hasOutput, type Trial } from '../testing/trial.ts'
import { winogradMatrices } from './matrices.ts'

/** Names of the kernels that a case calls. */
const kernelsOf = (row: OpCase) => callsOf(row).map((call) => call.kernel)

/** Forward cut at both ends, and all directions. */
const casesOf = (name: string, trial: Trial) => [...directionsOf(name, trial), forwardCase(name, trial, 'relu6')]

describe.each([2, 4] as const)('the matrices of F(%i, 3)', (m) => {
  it('make a correlation of lines', () => {
    const { input, filter, output } = winogradMatrices(m)
    const times = (matrix: readonly (readonly number[])[], vector: readonly number[]) =>
      matrix.map((row) => row.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0))
    const d = Array.from({ length: m + 2 }, (_, i) => Math.sin(7 * i + 1))
    const g = [0.3, -1.1, 0.7]
    const transformed = times(filter, g)
    const products = times(input, d).map((value, i) => value * (transformed[i] ?? 0))
    times(output, products).forEach((value, i) => {
      const plain = g.reduce((sum, weight, tap) => sum + weight * (d[i + tap] ?? 0), 0)
      expect(value).toBeCloseTo(plain, 12)
    })
  })
})

const ways = fc.constantFrom<ChosenWay>('winograd4', 'winograd2')
const side = fc.integer({ min: 1, max: 9 })
const geometries = fc
  .record({
    way: ways,
    batch: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(side, side),
    padding: fc.oneof(
      fc.constantFrom<Padding>([1, 1, 1, 1], [0, 0, 0, 0], [2, 2, 2, 2]),
      fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)) as fc.Arbitrary<Padding>,
    ),
    channels: fc.oneof(fc.integer({ min: 1, max: 23 }), fc.constantFrom(4, 8, 16, 29, 67)),
    filters: fc.oneof(fc.integer({ min: 1, max: 23 }), fc.constantFrom(4, 8, 16, 31)),
    groups: fc.constantFrom(1, 1, 1, 2, 3),
  })
  .map(({ channels, filters, groups, ...given }) => ({
    ...given,
    groups,
    channels: channels * groups,
    filters: filters * groups,
  }))
  .filter(hasOutput)

describe.each(testedModules)('random geometries on %s', (module) => {
  it('give what the reference gives', () => {
    fc.assert(
      fc.property(geometries, fc.integer({ min: 1, max: 1e6 }), (trial, seed) => {
        for (const row of casesOf(JSON.stringify(trial), trial)) checkCase(row, module, seed)
      }),
      { numRuns: 80 },
    )
  })
})

const same: Padding = [1, 1, 1, 1]
const large: readonly (Trial & { readonly name: string })[] = [
  { name: 'many blocks', batch: 2, size: [35, 41], padding: same, channels: 12, filters: 20 },
  { name: 'pictures in a block', batch: 13, size: [7, 6], padding: same, channels: 19, filters: 8 },
  { name: 'groups', batch: 2, size: [21, 17], padding: same, channels: 51, filters: 33, groups: 3 },
  { name: 'stages', batch: 2, size: [7, 10], padding: [1, 0, 2, 1], channels: 67, filters: 90 },
  { name: 'stages of few tiles', batch: 1, size: [4, 4], padding: same, channels: 70, filters: 201 },
  // 10 tiles of F(4×4), and 30 of F(2×2).
  { name: 'streamed filters', batch: 1, size: [11, 15], padding: [0, 2, 1, 0], channels: 88, filters: 208 },
]
/** Made in two stages of 50 and of 30 tiles. */
const gradientStages = { batch: 1, size: [40, 40], padding: same, channels: 600, filters: 7 } as const
const forwardStages = { batch: 1, size: [40, 24], padding: same, channels: 3600, filters: 3 } as const
/** Streamed: nine tiles, and fewer filters than a register tile has rows. */
const fewFilters = { batch: 1, size: [12, 11], padding: same, channels: 2608, filters: 3 } as const

/** Runs of fewer pictures than those that the filters were prepared for: tiles of a run, and whether filters are streamed. */
const fewer = [
  { batch: 1, largest: 2, size: [11, 15], tiles: 12, streamed: true },
  { batch: 1, largest: 4, size: [11, 15], tiles: 12, streamed: false },
  { batch: 3, largest: 5, size: [8, 7], tiles: 12, streamed: true },
  { batch: 1, largest: 5, size: [8, 7], tiles: 4, streamed: true },
] as const

describe.each(testedModules)('fewer pictures than the filters were prepared for, on %s', (module) => {
  it.each(fewer)('%o', ({ batch, largest, size, tiles, streamed }) => {
    const trial: Trial = { way: 'winograd4', batch, largest, size, padding: same, channels: 88, filters: 208 }
    expect(batch * Math.ceil(size[0] / 4) * Math.ceil(size[1] / 4)).toBe(tiles)
    const [forward, plain] = directionsOf('fewer', trial) as [OpCase, OpCase]
    expect(kernelsOf(forward).includes('winogradMultiplyRows')).toBe(streamed)
    checkCase(forward, module)
    checkCase(plain, module)
  })
})

describe.each(testedModules)('large shapes on %s', (module) => {
  it.each(large.map(({ name, ...given }) => [name, given] as const))('%s', (name, given) => {
    for (const way of ['winograd4', 'winograd2'] as const)
      for (const row of casesOf(name, { ...given, way })) checkCase(row, module)
  })

  it('a filter gradient in two stages', () => {
    const row = directionsOf('two stages', { ...gradientStages, way: 'winograd4' })[3] as OpCase
    expect(kernelsOf(row).filter((kernel) => kernel === 'winogradAccumulate')).toHaveLength(2)
    checkCase(row, module)
  })

  it.each([
    ['a product in two stages', forwardStages, ['winogradMultiply', 'winogradMultiply']],
    ['few streamed filters', fewFilters, ['winogradMultiplyRows']],
  ] as const)('%s', (name, given, products) => {
    const row = forwardCase(name, { ...given, way: 'winograd4' }, 'relu')
    expect(kernelsOf(row).filter((kernel) => kernel.startsWith('winogradMultiply'))).toEqual(products)
    checkCase(row, module)
  })
})

/** Too few tiles for blocks, and filters that no core is to read twice: on 2 and 3 threads each takes a part of them. */
const fewTiles = [
  { batch: 1, size: [22, 21], padding: same, channels: 100, filters: 77 },
  { batch: 2, size: [18, 17], padding: [0, 1, 2, 1], channels: 61, filters: 130 },
] as const

describe.each(testedModules)('few tiles shared by several threads, on %s', (module) => {
  const caseOf = (at: number, threads: number) =>
    forwardCase('few tiles', { ...(fewTiles[at] as Trial), way: 'winograd4', threads }, 'relu')

  it.each([0, 1])('of shape %i give the bits of one thread', (at) => {
    const bits = (row: OpCase, dealt?: number) => {
      const trial = { module, ...(dealt !== undefined && { dealt }) }
      const [output] = runWasm(row, drawArrays(row, 7), trial).outputs as [Float32Array]
      return new Uint32Array(output.buffer, output.byteOffset, output.length)
    }
    const alone = bits(caseOf(at, 1))
    expect(kernelsOf(caseOf(at, 1))).toContain('winogradMultiply')
    for (const threads of [2, 3]) {
      const row = caseOf(at, threads)
      expect(callsOf(row).map(({ kernel, tiles }) => [kernel, tiles])).toEqual([['winogradProduct', threads]])
      expect(bits(row)).toEqual(alone)
      expect(bits(row, 3)).toEqual(alone)
    }
    expect(kernelsOf(caseOf(at, 4))).toContain('winogradMultiply')
  })

  it('give what the reference gives', () => checkCase(caseOf(0, 2), module))
})

it('the large shapes call every kernel', () => {
  const called = large.flatMap((given) => directionsOf('', { ...given, way: 'winograd4' }).flatMap(kernelsOf))
  // The filter gradient of groups is a product.
  const own = called.filter((kernel) => kernel.startsWith('winograd'))
  expect([...new Set(own)].sort()).toEqual([
    'winogradAccumulate',
    'winogradFilterGradient',
    'winogradFilterGradientResult',
    'winogradGradient',
    'winogradInput',
    'winogradMultiply',
    'winogradMultiplyRows',
    'winogradOutput',
    'winogradProduct',
  ])
})

it('without Winograd the same geometry is a matrix product, and so is one that does not fit', () => {
  const trial: Trial = { way: 'winograd4', batch: 1, size: [8, 8], padding: same, channels: 32, filters: 32 }
  const kernels = (given: Trial) => directionsOf('', given).flatMap(kernelsOf).join()
  expect(kernels(trial)).toContain('winogradProduct')
  for (const other of [{ way: 'gemm' }, { stride: [2, 2] }] as const)
    expect(kernels({ ...trial, ...other })).not.toContain('winograd')
})

/** Largest error as a multiple of the results' root mean square. */
function errorOf(row: OpCase): number {
  const arrays = drawArrays(row, 5)
  const [expected = new Float64Array()] = runReference(row, arrays).outputs
  const [actual = []] = runWasm(row, arrays, { module: 'relaxed-single' }).outputs
  const square = expected.reduce((sum, value) => sum + value * value, 0) / expected.length
  return expected.reduce((most, value, i) => Math.max(most, Math.abs((actual[i] ?? 0) - value)), 0) / Math.sqrt(square)
}

it.each(['winograd4', 'winograd2'] as const)('%s has errors far below what its bound allows', (way) => {
  const given = { way, batch: 1, size: [12, 12] as const, padding: same, channels: 64, filters: 16 }
  for (const row of directionsOf(way, given)) {
    const error = errorOf(row)
    expect(error).toBeLessThan(2e-5)
    // And they are not nought: this is another method than the sum.
    expect(error).toBeGreaterThan(1e-7)
  }
})
