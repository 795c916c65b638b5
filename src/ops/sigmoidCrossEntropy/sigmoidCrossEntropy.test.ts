/** Sigmoid cross-entropy: kernels against the reference, the gradient by differences, literal values. */

import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { type CaseArrays, runReference } from '../testing/arrays.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { checkMeanGradient } from '../testing/meanLoss.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { sigmoidCrossEntropy } from './op.ts'

testCases(cases)

describe('the gradient is that of the mean loss, by finite differences', () => {
  // Next to 10⁴ the differences of float64 are too coarse.
  const rows = cases.filter(({ name }) => !name.includes('large'))
  it.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => checkMeanGradient(row))
})

describe.each(['reference', ...testedModules] as const)('on %s', (where) => {
  function run(scores: readonly number[], targets: readonly number[], weights?: readonly number[]) {
    const shape = f32(1, scores.length)
    const inputs = [shape, shape, ...(weights ? [f32(weights.length)] : [])]
    const row = opCase({ name: 'literal', op: sigmoidCrossEntropy, attributes: { weight: 1 }, inputs, terms: 1 })
    const given = [scores, targets, ...(weights ? [weights] : [])]
    const arrays: CaseArrays = { inputs: given.map((values) => Float64Array.from(values)), updates: [] }
    const { outputs } = where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
    return outputs.map((values) => Array.from(values))
  }

  // Scores log 3, 0, −log 4: σ = 3/4, 1/2, 1/5. BCEWithLogitsLoss with targets 1, 0, 1, and pos_weight 1, 1, 2.
  it('is the mean over the labels, with weights where a label applies, as BCEWithLogitsLoss', () => {
    const scores = [Math.log(3), 0, -Math.log(4)]
    const [plain = [], , gradient = []] = run(scores, [1, 0, 1])
    expect(plain[0]).toBeCloseTo((Math.log(4 / 3) + Math.log(2) + Math.log(5)) / 3, 6)
    expect(gradient.map((slope) => Math.round(slope * 1e6))).toEqual([-83333, 166667, -266667])
    const [weighted = []] = run(scores, [1, 0, 1], [1, 1, 2])
    expect(weighted[0]).toBeCloseTo((Math.log(4 / 3) + Math.log(2) + 2 * Math.log(5)) / 3, 6)
  })

  it('is exact at scores of any size', () => {
    // −log σ(100) is e^−100, and −log(1 − σ(100)) is 100.
    expect(run([100, -100], [0, 1])[0]).toEqual([100])
    expect(run([1e30, -1e30], [1, 0])[0]).toEqual([0])
  })

  it('hits where all labels are right', () => {
    expect(run([1, -1, 3, -2, 9], [1, 0, 1, 0, 1])[1]).toEqual([1])
    expect(run([1, -1, 3, -2, -9], [1, 0, 1, 0, 1])[1]).toEqual([0])
    expect(run([1, -1, Number.NaN, -2, -9], [1, 0, 0, 0, 0]).slice(0, 2)).toEqual([[Number.NaN], [0]])
  })
})
