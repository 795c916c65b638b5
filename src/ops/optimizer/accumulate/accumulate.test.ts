/** Sums of gradients: kernels against the reference, and a sum that begins over what a bad step has left. */

import { expect, it } from 'vitest'
import { drawArrays, runReference } from '../../testing/arrays.ts'
import { runWasm, testedModules } from '../../testing/harness.ts'
import { testCases } from '../../testing/suite.ts'
import { cases } from './cases.ts'

testCases(cases)

it('begins anew over NaN', () => {
  for (const row of cases.filter(({ name }) => name.startsWith('the first'))) {
    const arrays = drawArrays(row, 1)
    arrays.updates[0]?.fill(Number.NaN)
    const results = [runReference(row, arrays), ...testedModules.map((module) => runWasm(row, arrays, { module }))]
    for (const { updates } of results) expect([...(updates[0] ?? [])].every(Number.isFinite)).toBe(true)
  }
})
