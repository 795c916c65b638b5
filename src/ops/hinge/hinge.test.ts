/** The hinge loss: kernels against the reference, the gradient of the mean loss by differences, the notes' example. */

import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32, i32 } from '../specs.ts'
import { type CaseArrays, runReference } from '../testing/arrays.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { checkMeanGradient } from '../testing/meanLoss.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { hinge } from './op.ts'

testCases(cases)

describe('the gradient is that of the mean loss, by finite differences', () => {
  // A score exactly at the margin is a kink, and next to 10⁶ the differences of float64 are too coarse.
  const rows = cases.filter(({ name }) => !/out of range|ties|large/.test(name))
  it.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => checkMeanGradient(row))
})

describe.each(['reference', ...testedModules] as const)('on %s', (where) => {
  function run(scores: readonly number[], labels: readonly number[], how: { margin?: number; squared?: boolean } = {}) {
    const classes = scores.length / labels.length
    const inputs = [f32(labels.length, classes), i32(labels.length)]
    const attributes = { margin: 1, squared: false, weight: 1, ...how }
    const row = opCase({ name: 'literal', op: hinge, attributes, inputs, terms: classes })
    const arrays: CaseArrays = { inputs: [Float64Array.from(scores), Float64Array.from(labels)], updates: [] }
    const { outputs } = where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
    return outputs.map((values) => Array.from(values))
  }

  it("gives the loss of the notes' example, divided by the number of classes", () => {
    // Scores 13, −7, 11, 0 with label 0 and Δ = 10: max(0, −7 − 13 + 10) + max(0, 11 − 13 + 10) + 0 = 0 + 8 + 0.
    expect(run([13, -7, 11, 0], [0], { margin: 10 })).toEqual([[8 / 4], [1], [-1 / 4, 0, 1 / 4, 0]])
  })

  it('squares, and counts a score at the margin as no violation', () => {
    // MultiMarginLoss(p=2) of [0, 1, 2, 1], label 1: 0 + 2² + 1² over 4 classes; of [2, 1, 0, 0], label 0: 0 at the margin.
    const [losses, hits, gradient] = run([0, 1, 2, 1, 2, 1, 0, 0], [1, 0], { squared: true })
    expect(losses).toEqual([(4 + 1) / 4, 0])
    expect(hits).toEqual([0, 1])
    expect(gradient).toEqual([0, -(4 + 2) / 8, 4 / 8, 2 / 8, -0, 0, 0, 0])
  })

  it.each([0, 1, 4])('hands on a NaN at score %d', (at) => {
    const scores = [5, 1, 2, 3, 4]
    scores[at] = Number.NaN
    const [losses, hits] = run(scores, [0])
    expect([losses, hits]).toEqual([[Number.NaN], [0]])
  })

  it('takes the first of equal scores as the guess', () => {
    expect(run([7, 7, 7, 7, 7, 7], [0, 1])[1]).toEqual([1, 0])
  })
})
