/** Softmax: kernels against the reference, gradients by differences, special values. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { runReference } from '../testing/arrays.ts'
import { checkCase, compare, runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { softmax, softmaxGradient } from './op.ts'

testCases(cases)

it.each(testedModules)('fits any number of rows and classes on %s', (module) => {
  // Eight rows at least, so that the largest result, by which the tolerance is measured, is no difference of equals.
  const sizes = fc.record({ rows: fc.integer({ min: 8, max: 300 }), classes: fc.integer({ min: 1, max: 70 }) })
  fc.assert(
    fc.property(sizes, fc.integer(), ({ rows, classes }, seed) => {
      const x = f32(rows, classes)
      const row = { name: 'random', attributes: {}, terms: classes + 4 }
      checkCase(opCase({ ...row, op: softmax, inputs: [x] }), module, seed)
      checkCase(opCase({ ...row, op: softmaxGradient, inputs: [x, x] }), module, seed)
    }),
    { numRuns: 25 },
  )
})

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]

/** Rows of special values and what the limit gives. */
const special: readonly (readonly [what: string, x: readonly number[], y: readonly number[]])[] = [
  ['one infinite score takes all', [1, inf, 3, -inf, 5], [0, 1, 0, 0, 0]],
  ['infinite scores share the 1', [inf, 0, inf, 1, 2], [0.5, 0, 0.5, 0, 0]],
  ['a score of −∞ gets nothing', [0, -inf, 0, -inf, -inf], [0.5, 0, 0.5, 0, 0]],
  ['nothing but −∞ is uniform', new Array(5).fill(-inf), new Array(5).fill(0.2)],
  ['a NaN spoils its row', [1, 2, nan, 3, 4], new Array(5).fill(nan)],
  ['a NaN in the last place too', [1, 2, 3, 4, nan], new Array(5).fill(nan)],
  ['nothing but NaN', new Array(5).fill(nan), new Array(5).fill(nan)],
  ['scores at the ends of float32', [3e38, -3e38, 3e38, 0, 1], [0.5, 0, 0.5, 0, 0]],
]

describe('softmax of special values', () => {
  // All rows in one array: a NaN must not leave its row.
  const rows = special.length
  const row = opCase({
    name: 'special',
    op: softmax,
    attributes: {},
    inputs: [f32(rows, 5)],
    terms: 8,
  })
  const arrays = { inputs: [Float64Array.from(special.flatMap(([, x]) => x))], updates: [] }
  const results = [
    ['reference', runReference(row, arrays).outputs[0]],
    ...testedModules.map((module) => [module, runWasm(row, arrays, { module }).outputs[0]] as const),
  ] as const
  for (const [where, actual] of results) {
    it.each(special.map(([what, , y], i) => [what, y, i] as const))(`on ${where}: %s`, (what, y, i) => {
      compare(what, [...(actual ?? [])].slice(5 * i, 5 * i + 5), y, 1e-7)
      expect(actual).toHaveLength(5 * rows)
    })
  }
})

describe.each(testedModules)('small probabilities on %s', (module) => {
  it('are accurate to 2 ulp each, down to e⁻⁸⁷, and 0 below −126.5·ln 2', () => {
    const rows = 20_001
    const scores = Array.from({ length: rows }, (_, i) => Math.fround(-i / 200))
    const row = opCase({
      name: 'pairs',
      op: softmax,
      attributes: {},
      inputs: [f32(rows, 2)],
      terms: 1,
    })
    const arrays = { inputs: [Float64Array.from(scores.flatMap((score) => [score, 0]))], updates: [] }
    const [y] = runWasm(row, arrays, { module }).outputs as [Float32Array]
    let worst = 0
    scores.forEach((score, i) => {
      const exact = score < -126.5 * Math.LN2 ? 0 : Math.exp(score) / (1 + Math.exp(score))
      // Below 2⁻¹²⁶ float32 has no finer steps.
      const ulp = 2 ** (Math.max(Math.floor(Math.log2(exact)), -126) - 23)
      if (exact > 0) worst = Math.max(worst, Math.abs((y[2 * i] as number) - exact) / ulp)
      else expect(y[2 * i]).toBe(0)
    })
    expect(worst).toBeLessThan(2)
  })
})
