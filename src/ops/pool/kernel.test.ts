/** Pooling: kernels against the reference, gradients by differences, random windows, values worked out by hand. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { runReference } from '../testing/arrays.ts'
import { checkCase, testedModules } from '../testing/harness.ts'
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
