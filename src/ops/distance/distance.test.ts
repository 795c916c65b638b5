/** Squared error and Huber's loss: kernels against the reference, the gradient by differences, literal values. */

import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { type CaseArrays, runReference } from '../testing/arrays.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { checkMeanGradient } from '../testing/meanLoss.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { distance } from './op.ts'

testCases(cases)

describe('the gradient is that of the mean loss, by finite differences', () => {
  // Next to 10⁵ the differences of float64 are too coarse.
  const rows = cases.filter(({ name }) => !name.includes('large'))
  it.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => checkMeanGradient(row))
})

describe.each(['reference', ...testedModules] as const)('on %s', (where) => {
  function run(y: readonly number[], targets: readonly number[], batch: number, delta?: number) {
    const shape = f32(batch, y.length / batch)
    const attributes = { ...(delta !== undefined && { delta }), weight: 1 }
    const row = opCase({ name: 'literal', op: distance, attributes, inputs: [shape, shape], terms: 1 })
    const arrays: CaseArrays = { inputs: [Float64Array.from(y), Float64Array.from(targets)], updates: [] }
    const { outputs } = where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
    return outputs.map((values) => Array.from(values))
  }

  it('the squared error is the mean of the squares, as MSELoss', () => {
    // Errors 1, −2 and 3, 0: (1 + 4)/2 and 9/2, whose mean is MSELoss's 14/4; its gradient is 2r/4.
    expect(run([2, 1, 3, 5], [1, 3, 0, 5], 2)).toEqual([
      [2.5, 4.5],
      [0.5, -1, 1.5, 0],
    ])
  })

  it('Huber is squared up to delta and linear beyond, as HuberLoss', () => {
    // δ = 2, errors 1, 2, −5, 0: 1/2, 2, 2·(5 − 1) = 8, 0.
    expect(run([2, 2, -5, 4], [1, 0, 0, 4], 1, 2)).toEqual([[10.5 / 4], [0.25, 0.5, -0.5, 0]])
  })

  it.each([undefined, 1])('hands on a NaN and an infinite error (delta %s)', (delta) => {
    const infinite = Number.POSITIVE_INFINITY
    expect(run([1, Number.NaN, 1, 1, infinite, 1], [0, 0, 0, 0, 0, 0], 2, delta)[0]).toEqual([Number.NaN, infinite])
    expect(run([1, 1], [0, Number.NaN], 1, delta)[0]).toEqual([Number.NaN])
  })
})
