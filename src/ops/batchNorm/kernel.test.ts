/** Batch normalization: kernels against the reference, gradients by differences, the accuracy of the variance. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { checkCase, runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { batchNorm, batchNormGradient } from './op.ts'

testCases(cases)

describe.each(testedModules)('batchNorm on %s', (module) => {
  it('agrees with the reference on random shapes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 1, max: 21 }),
        fc.nat(1000),
        (rows, channels, seed) => {
          const attributes = { epsilon: 1e-5, activation: 'relu' } as const
          const [x, c] = [f32(rows, channels), f32(channels)]
          const fill = (array: number) => (random: { next(): number }, i: number) =>
            i === array ? 0.5 + random.next() : undefined
          const shared = { name: `${rows}×${channels}`, terms: 72 }
          // A value within rounding of the ReLU's kink may be cut on one side only, which changes a gradient by all of dy.
          const open = { ...attributes, activation: 'none' } as const
          checkCase(
            opCase({
              ...shared,
              op: batchNorm,
              attributes: { ...attributes, momentum: 0.1 },
              inputs: [x, c, c],
              updates: [c, c],
              fill: fill(4),
            }),
            module,
            seed,
          )
          checkCase(
            opCase({ ...shared, op: batchNormGradient, attributes: open, inputs: [x, x, c, c, c, c], fill: fill(5) }),
            module,
            seed,
          )
        },
      ),
      { numRuns: 30, seed: 5 },
    )
  })

  it('finds a deviation of 1 at a mean of 100,000, also when the first rows lie elsewhere', () => {
    const [rows, channels] = [5000, 5]
    const x = Float64Array.from({ length: rows * channels }, (_, i) => {
      const row = Math.floor(i / channels)
      const value = 100_000 + (row % 2 === 0 ? 1 : -1)
      return row < 2 && i % channels === 3 ? 0 : value
    })
    const attributes = { epsilon: 0, momentum: 1, activation: 'none' } as const
    const c = f32(channels)
    const row = opCase({
      name: 'far',
      op: batchNorm,
      attributes,
      inputs: [f32(rows, channels), c, c],
      updates: [c, c],
      terms: 1,
    })
    const ones = new Float64Array(channels).fill(1)
    const { outputs } = runWasm(row, { inputs: [x, ones, ones], updates: [ones, ones] }, { module })
    const inverse = outputs[2] as Float32Array
    for (const i of [0, 1, 2, 4]) expect(inverse[i]).toBeCloseTo(1, 5)
    // Two zeros among 5000 values of 100,000 ± 1: variance p(1 − p)·1e10 + 1 with p = 0.0004.
    expect((inverse[3] as number) * Math.sqrt(0.0004 * 0.9996 * 1e10 + 1)).toBeCloseTo(1, 5)
  })
})

describe('batchNorm', () => {
  it('refuses to train on a single value', () => {
    const attributes = { epsilon: 1e-5, momentum: 0.1, activation: 'none' } as const
    expect(() => batchNorm.outputs(attributes, [f32(1, 4), f32(4), f32(4)])).toThrow(/no variance/)
  })
})
