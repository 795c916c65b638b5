/** Means of weights: kernels against the reference, and what must stay as it is. */

import { describe, expect, it } from 'vitest'
import { scalarSlots } from '../../scalars.ts'
import { drawArrays, runReference } from '../../testing/arrays.ts'
import { runWasm, testedModules } from '../../testing/harness.ts'
import { testCases } from '../../testing/suite.ts'
import { cases } from './cases.ts'

testCases(cases)

const bits = (array: ArrayLike<number>) => [...new Uint32Array(Float32Array.from(array).buffer)]

describe.each(['reference', ...testedModules] as const)('means on %s', (where) => {
  const run = (row: (typeof cases)[number], arrays: Parameters<typeof runReference>[1]) =>
    where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
  const named = (text: string) => cases.filter(({ name }) => name.includes(text))

  it('begin with a copy, to the bit, whatever was there', () => {
    for (const row of named('a copy')) {
      const arrays = drawArrays(row, 1)
      const { updates } = run(row, arrays)
      expect(bits(updates[0] as Float64Array)).toEqual(bits(arrays.updates[1] as Float64Array))
    }
  })

  it('change nothing where the loss was not finite, and Lookahead nothing where the weights are paused', () => {
    for (const row of cases) {
      const skips = [['gradientScale', 0] as const, ...(row.name.includes('slowKept') ? [['paused', 1] as const] : [])]
      for (const [slot, value] of skips) {
        const arrays = drawArrays(row, 1)
        ;(arrays.inputs[0] as Float64Array)[scalarSlots[slot]] = value
        expect(run(row, arrays).updates.map(bits)).toEqual(arrays.updates.map(bits))
      }
    }
  })

  it('of Lookahead are where the weights are, too', () => {
    for (const row of named('slowKept').filter(({ name }) => !name.startsWith('not'))) {
      const { updates } = run(row, drawArrays(row, 1))
      expect(bits(updates[1] as Float64Array)).toEqual(bits(updates[0] as Float64Array))
    }
  })
})
