/** Dropout: kernels against the reference, and what a mask must be statistically. Seeds are fixed; limits are 5σ. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { seedSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { checkCase, runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { keepLimit, maskBits, maskKeys } from './mask.ts'
import { dropout, dropoutPath } from './op.ts'

testCases(cases)

it.each(testedModules)('fits any count, rate and stream on %s', (module) => {
  const count = fc.integer({ min: 1, max: 20_000 })
  const attributes = fc.record({
    rate: fc.double({ min: 0, max: 1, noNaN: true }),
    stream: fc.integer(),
  })
  fc.assert(
    fc.property(count, attributes, fc.integer(), fc.integer(), (length, made, seed, step) => {
      const fill = (_: unknown, array: number, element: number) => (array === 1 ? [seed, step][element] : undefined)
      const inputs = [f32(length), seedSpec]
      checkCase(opCase({ name: 'random', op: dropout, attributes: made, inputs, terms: 2, fill }), module, seed)
    }),
    { numRuns: 25 },
  )
})

const size = 1 << 18

/** 1 where an element stays. */
function maskOf(rate: number, seed: number, step: number, stream: number, first = 0): Uint8Array {
  const keys = maskKeys(seed, step, stream)
  const limit = keepLimit(rate) ?? Number.NEGATIVE_INFINITY
  return Uint8Array.from({ length: size }, (_, i) => (maskBits(keys, first + i) <= limit ? 1 : 0))
}

/** Distance from the expected count of a binomial, in standard deviations. */
function deviations(count: number, trials: number, probability: number): number {
  return Math.abs(count - trials * probability) / Math.sqrt(trials * probability * (1 - probability))
}

/** How far the share of equal elements is from that of independent masks that keep half. */
function dependence(a: Uint8Array, b: Uint8Array, shift = 0): number {
  let equal = 0
  for (let i = 0; i + shift < size; i++) if (a[i] === b[i + shift]) equal++
  return deviations(equal, size - shift, 0.5)
}

describe('a dropout mask', () => {
  it.each([0.01, 0.1, 0.3, 0.5, 0.9, 0.999])('keeps a share of 1 − %d', (rate) => {
    for (const [seed, step, stream] of [
      [0, 0, 0],
      [1, 1, 0],
      [-7, 12345, 3],
    ] as const) {
      const kept = maskOf(rate, seed, step, stream).reduce((sum, keeps) => sum + keeps, 0)
      expect(deviations(kept, size, 1 - rate)).toBeLessThan(5)
    }
  })

  it('keeps its share in every block, not only on the whole', () => {
    // χ² over blocks of 256: mean and variance are known.
    const mask = maskOf(0.5, 5, 17, 2)
    const blocks = size / 256
    let chiSquare = 0
    for (let b = 0; b < blocks; b++) {
      const kept = mask.subarray(b * 256, (b + 1) * 256).reduce((sum, keeps) => sum + keeps, 0)
      chiSquare += (kept - 128) ** 2 / 64
    }
    expect(Math.abs(chiSquare - blocks) / Math.sqrt(2 * blocks)).toBeLessThan(5)
  })

  it('has no correlation between elements, steps, streams and seeds', () => {
    const mask = maskOf(0.5, 1, 1, 0)
    for (const shift of [1, 2, 3, 4, 5, 8, 16, 28, 64, 128, 784, 1024, 4096, 65536]) {
      expect(dependence(mask, mask, shift)).toBeLessThan(5)
    }
    const others = [
      [1, 2, 0],
      [1, 3, 0],
      [1, 65537, 0],
      [1, 1, 1],
      [1, 1, 2],
      [2, 1, 0],
      [0, 1, 0],
      [2, 0, 1],
      [-1, 1, 0],
    ] as const
    for (const [seed, step, stream] of others) {
      const other = maskOf(0.5, seed, step, stream)
      // Shifted, too: the mask of one step must not be the next one's, moved along.
      for (const shift of [0, 1, 2, 3, 4, 64]) {
        expect(dependence(mask, other, shift)).toBeLessThan(5)
        expect(dependence(other, mask, shift)).toBeLessThan(5)
      }
    }
  })

  it('flips half of its bits when one bit of what it is made from flips', () => {
    const words = 4096
    const flipped = (change: (bit: number) => readonly [number, number, number, number]) => {
      let worst = 0
      for (let bit = 0; bit < 32; bit++) {
        const [seed, step, stream, offset] = change(1 << bit)
        const [a, b] = [maskKeys(1, 1, 1), maskKeys(1 ^ seed, 1 ^ step, 1 ^ stream)]
        const counts = new Array<number>(32).fill(0)
        for (let i = 0; i < words; i++) {
          const difference = maskBits(a, i * 77) ^ maskBits(b, (i * 77) ^ offset)
          for (let j = 0; j < 32; j++) counts[j] = (counts[j] as number) + ((difference >>> j) & 1)
        }
        for (const count of counts) worst = Math.max(worst, deviations(count, words, 0.5))
      }
      return worst
    }
    // 1024 counts each: the greatest of so many normal deviates lies near 3.4.
    expect(flipped((bit) => [bit, 0, 0, 0])).toBeLessThan(6)
    expect(flipped((bit) => [0, bit, 0, 0])).toBeLessThan(6)
    expect(flipped((bit) => [0, 0, bit, 0])).toBeLessThan(6)
    expect(flipped((bit) => [0, 0, 0, bit])).toBeLessThan(6)
  })
})

describe.each(testedModules)('dropout on %s', (module) => {
  const row = (rate: number, stream: number, count: number) =>
    opCase({ name: 'mask', op: dropout, attributes: { rate, stream }, inputs: [f32(count), seedSpec], terms: 1 })

  it('drops exactly the elements that the mask drops', () => {
    const count = 70_001
    for (const rate of [0.25, 0.5, 0.999]) {
      const inputs = [new Float64Array(count).fill(1), Float64Array.of(-5, 1e9)]
      const [y] = runWasm(row(rate, 9, count), { inputs, updates: [] }, { module }).outputs as [Float32Array]
      const mask = maskOf(rate, -5, 1e9, 9)
      const factor = Math.fround(1 / (1 - rate))
      expect(y.findIndex((value, i) => value !== (mask[i] === 1 ? factor : 0))).toBe(-1)
    }
  })

  it('gives 0 for a dropped NaN or infinity, and hands kept ones on', () => {
    const count = 8
    const x = Float64Array.from({ length: count }, (_, i) => (i % 2 ? Number.NaN : Number.POSITIVE_INFINITY))
    const inputs = [x, Float64Array.of(1, 1)]
    const mask = maskOf(0.5, 1, 1, 0)
    const [y] = runWasm(row(0.5, 0, count), { inputs, updates: [] }, { module }).outputs as [Float32Array]
    expect([...y]).toEqual([...x].map((value, i) => (mask[i] === 1 ? value : 0)))
    const [none] = runWasm(row(1, 0, count), { inputs, updates: [] }, { module }).outputs as [Float32Array]
    expect([...none]).toEqual(new Array(count).fill(0))
  })
})

describe.each(testedModules)('dropout of images on %s', (module) => {
  it('keeps whole images, those whose number in the batch the mask keeps', () => {
    const [images, each] = [301, 5 * 7 * 3]
    const keys = maskKeys(11, 4, 2)
    const limit = keepLimit(0.3) as number
    const row = opCase({
      name: 'images',
      op: dropoutPath,
      attributes: { rate: 0.3, stream: 2 },
      inputs: [f32(images, 5, 7, 3), seedSpec],
      terms: 1,
    })
    const inputs = [new Float64Array(images * each).fill(1), Float64Array.of(11, 4)]
    const [y] = runWasm(row, { inputs, updates: [] }, { module }).outputs as [Float32Array]
    const factor = Math.fround(1 / 0.7)
    const expected = (i: number) => (maskBits(keys, Math.floor(i / each)) <= limit ? factor : 0)
    expect(y.findIndex((value, i) => value !== expected(i))).toBe(-1)
    const kept = y.filter((value, i) => i % each === 0 && value !== 0).length
    expect(deviations(kept, images, 0.7)).toBeLessThan(5)
  })
})
