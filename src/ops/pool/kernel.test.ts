/** Pooling: kernels against the reference, gradients by differences, random windows, values worked out by hand. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { drawArrays, runReference } from '../testing/arrays.ts'
import { checkCase, compare, runWasm, testedModules, tolerance } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import type { ArraySpec } from '../types.ts'
import { type Window, windowOn } from '../window.ts'
import { outputShape } from './attributes.ts'
import { cases } from './cases.ts'
import { averagePool, averagePoolGradient, maxPool, maxPoolGradient } from './op.ts'

testCases(cases)

const axis = fc.record({
  input: fc.integer({ min: 1, max: 12 }),
  kernel: fc.integer({ min: 1, max: 5 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  before: fc.nat(3),
  after: fc.nat(3),
})

const pooled = fc
  .record({ y: axis, x: axis, batch: fc.integer({ min: 1, max: 3 }), channels: fc.integer({ min: 1, max: 19 }) })
  .chain(({ y, x, batch, channels }) =>
    fc.record({ ceil: fc.boolean(), countPadding: fc.boolean() }).map(({ ceil, countPadding }) => {
      const window = windowOn(
        {
          kernel: [y.kernel, x.kernel],
          stride: [y.stride, x.stride],
          padding: [y.before, x.before, y.after, x.after],
          dilation: [y.dilation, x.dilation],
          ceil,
        },
        { height: y.input, width: x.input, channels },
      )
      return { attributes: { window, countPadding }, x: f32(batch, y.input, x.input, channels) }
    }),
  )
  .filter(({ attributes: { window }, x }) => window.output[0] > 0 && window.output[1] > 0 && fits(window, x))

function fits(window: Window, x: ArraySpec): boolean {
  try {
    maxPool.outputs({ window }, [x])
    return true
  } catch {
    return false
  }
}

describe.each(testedModules)('pooling on %s', (module) => {
  it('agrees with the reference on random windows', () => {
    fc.assert(
      fc.property(pooled, fc.nat(1000), ({ attributes, x }, seed) => {
        const y = f32(...outputShape(attributes, x))
        const shared = { name: JSON.stringify([attributes, x.shape]), attributes, terms: 25 }
        checkCase(opCase({ ...shared, op: maxPool, inputs: [x] }), module, seed)
        checkCase(opCase({ ...shared, op: maxPoolGradient, inputs: [x, y] }), module, seed)
        checkCase(opCase({ ...shared, op: averagePool, inputs: [x] }), module, seed)
        checkCase(opCase({ ...shared, op: averagePoolGradient, inputs: [y] }), module, seed)
      }),
      { numRuns: 100, seed: 11 },
    )
  })

  it('agrees with the reference where values are equal, infinite or NaN', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1]
    fc.assert(
      fc.property(pooled, fc.nat(1000), fc.constantFrom(0.01, 0.1, 0.7), ({ attributes, x }, seed, share) => {
        const y = f32(...outputShape(attributes, x))
        const fill: OpCase['fill'] = (random, array) =>
          array === 0 && random.next() < share ? values[random.integer(values.length)] : undefined
        const shared = { name: JSON.stringify([attributes, x.shape]), attributes, terms: 25, fill }
        checkCase(opCase({ ...shared, op: maxPool, inputs: [x] }), module, seed)
        checkCase(opCase({ ...shared, op: maxPoolGradient, inputs: [x, y] }), module, seed)
        checkCase(opCase({ ...shared, op: averagePool, inputs: [x] }), module, seed)
      }),
      { numRuns: 300, seed: 12 },
    )
  })

  // Runs of windows are checked for NaNs as a whole, and values that two windows share only once.
  it.each([
    { kernel: 2, stride: 1 },
    { kernel: 2, stride: 2 },
    { kernel: 2, stride: 3 },
    { kernel: 3, stride: 1 },
    { kernel: 3, stride: 2 },
    { kernel: 3, stride: 3 },
    { kernel: 3, stride: 1, dilation: 2 },
    { kernel: 3, stride: 3, dilation: 2 },
    { kernel: 3, stride: 4, dilation: 2 },
    { kernel: 4, stride: 2 },
  ])('finds one NaN anywhere: %o', ({ kernel, stride, dilation = 1 }) => {
    const size = { height: 7, width: 11 }
    for (const channels of [1, 3, 4, 6, 8, 13]) {
      const window = windowOn(
        { kernel: [kernel, kernel], stride: [stride, stride], padding: [0, 0, 0, 0], dilation: [dilation, dilation] },
        { ...size, channels },
      )
      const row = { window }
      const x = f32(1, size.height, size.width, channels)
      const y = f32(...outputShape(row, x))
      for (let pixel = 0; pixel < size.height * size.width; pixel++) {
        const place = pixel * channels + ((pixel * 5) % channels)
        const fill: OpCase['fill'] = (_, array, element) => (array === 0 && element === place ? Number.NaN : undefined)
        const shared = { name: `${channels} channels, NaN at ${place}`, attributes: row, terms: 1, fill }
        for (const of of [
          opCase({ ...shared, op: maxPool, inputs: [x] }),
          opCase({ ...shared, op: maxPoolGradient, inputs: [x, y], terms: 16 }),
        ]) {
          const arrays = drawArrays(of, 1)
          const actual = runWasm(of, arrays, { module }).outputs[0] as Float32Array
          const expected = runReference(of, arrays).outputs[0] as Float64Array
          compare(`${of.op.kind}, ${of.name}`, actual, expected, tolerance(of.terms, expected))
        }
      }
    }
  })
})

describe('the winner of a window', () => {
  const window = windowOn(
    { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] },
    { height: 2, width: 2, channels: 1 },
  )
  const row = { window }
  const [x, y] = [f32(1, 2, 2, 1), f32(1, 1, 1, 1)]
  const nan = Number.NaN

  // By PyTorch's rule, aten/src/ATen/native/cpu/MaxPoolKernel.cpp: a value wins if it is greater than the best so far, or NaN.
  it.each([
    { values: [1, 3, 3, 2], winner: 1 },
    { values: [nan, 3, 4, 5], winner: 0 },
    { values: [1, nan, 4, 5], winner: 1 },
    { values: [nan, 2, nan, 5], winner: 2 },
    { values: [nan, nan, nan, nan], winner: 3 },
    { values: [-Infinity, -Infinity, -Infinity, -Infinity], winner: 0 },
    { values: [-Infinity, Infinity, Infinity, -Infinity], winner: 1 },
  ])('of $values is value $winner', ({ values, winner }) => {
    const shared = { name: 'by hand', attributes: row, terms: 1 }
    const forward = opCase({ ...shared, op: maxPool, inputs: [x] })
    const backward = opCase({ ...shared, op: maxPoolGradient, inputs: [x, y] })
    const inputs = [Float64Array.from(values), Float64Array.of(7)]
    const dx = values.map((_, i) => (i === winner ? 7 : 0))
    const of = (row: OpCase, arrays: readonly Float64Array[]) => [
      runReference(row, { inputs: arrays, updates: [] }),
      ...testedModules.map((module) => runWasm(row, { inputs: arrays, updates: [] }, { module })),
    ]
    for (const { outputs } of of(forward, inputs.slice(0, 1)))
      expect([...(outputs[0] as Float32Array)]).toEqual([values[winner]])
    for (const { outputs } of of(backward, inputs)) expect([...(outputs[0] as Float32Array)]).toEqual(dx)
  })
})

function averageOf(
  values: readonly number[],
  more: { ceil?: boolean; countPadding?: boolean; padding?: number },
): number[] {
  const { ceil = false, countPadding = false, padding = 0 } = more
  const side = [padding, padding, padding, padding] as const
  const input = { height: 1, width: values.length, channels: 1 }
  const window = windowOn(
    { kernel: [1, 2], stride: [1, 2], padding: [0, side[1], 0, side[3]], dilation: [1, 1], ceil },
    input,
  )
  const row: OpCase = opCase({
    name: 'by hand',
    op: averagePool,
    attributes: { window, countPadding },
    inputs: [f32(1, 1, values.length, 1)],
    terms: 2,
  })
  return [...(runReference(row, { inputs: [Float64Array.from(values)], updates: [] }).outputs[0] as Float64Array)]
}

describe('the divisor of an average', () => {
  it('leaves padding out unless it is counted', () => {
    expect(averageOf([2, 4, 6], { padding: 1 })).toEqual([2, 5])
    expect(averageOf([2, 4, 6], { padding: 1, countPadding: true })).toEqual([1, 5])
  })

  it('never counts what a ceil window has beyond the padding, as in PyTorch', () => {
    expect(averageOf([2, 4, 6], { ceil: true })).toEqual([3, 6])
    expect(averageOf([2, 4, 6], { ceil: true, countPadding: true })).toEqual([3, 6])
  })
})

it('refuses windows that see only padding', () => {
  const window = windowOn(
    { kernel: [2, 2], stride: [1, 1], padding: [2, 0, 0, 0], dilation: [1, 1] },
    { height: 4, width: 4, channels: 1 },
  )
  expect(() => maxPool.outputs({ window }, [f32(1, 4, 4, 1)])).toThrow(/wholly in the padding/)
})
