/** The loss guard: kernels against the reference, and what it must say, in numbers written down here. */

import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { SCALAR_COUNT, scalarSlots, scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { runReference } from '../testing/arrays.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { lossGuard } from './op.ts'

testCases(cases)

describe.each(['reference', ...testedModules] as const)('the loss guard on %s', (where) => {
  /** All scalars after it. */
  function scalarsAfter(losses: readonly number[], before: number): number[] {
    const inputs = [f32(losses.length)]
    const row = opCase({ name: 'guard', op: lossGuard, attributes: {}, inputs, updates: [scalarsSpec], terms: 1 })
    const arrays = { inputs: [Float64Array.from(losses)], updates: [new Float64Array(SCALAR_COUNT).fill(before)] }
    const { updates } = where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
    return [...(updates[0] ?? [])]
  }

  it.each([
    [[2.5], 1],
    [[0, 1e-40, 3e38, 3e38], 1],
    [[2.5, Number.NaN], 0],
    [[Number.NaN, 2.5], 0],
    [[Number.POSITIVE_INFINITY], 0],
    [[1, Number.NEGATIVE_INFINITY, 1], 0],
    // Beyond float32, and within the reference's float64.
    [[1e39], 0],
  ])('for losses %j is %d', (losses, scale) => {
    for (const before of [0, 1, 0.5]) {
      const expected = new Array<number>(SCALAR_COUNT).fill(before)
      expected[scalarSlots.gradientScale] = scale
      expect(scalarsAfter(losses, before)).toEqual(expected)
    }
  })
})
