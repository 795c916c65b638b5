/** The tests that every op slice declares for its rows, in one line: `testCases(cases)`. */

import { describe, it } from 'vitest'
import type { OpCase } from '../cases.ts'
import { checkReferenceInPlace, inPlacePairs } from './arrays.ts'
import { checkGradient } from './differences.ts'
import { checkCase, testedModules } from './harness.ts'

export function testCases(cases: readonly OpCase[]): void {
  for (const module of testedModules)
    describe(`kernels on ${module}`, () => {
      it.each(cases.map((row) => [row.op.kind, row.name, row] as const))('%s: %s', (_kind, _name, row) => {
        checkCase(row, module)
      })
    })
  const inPlace = cases.filter((row) => inPlacePairs(row).length > 0)
  if (inPlace.length > 0)
    describe('references in place', () => {
      for (const row of inPlace) it(`${row.op.kind}: ${row.name}`, () => checkReferenceInPlace(row))
    })
  const differentiable = cases.filter((row) => row.op.gradient !== 'none')
  if (differentiable.length > 0)
    describe('gradients by finite differences', () => {
      for (const row of differentiable) {
        const name = `${row.op.kind}: ${row.name}`
        if (row.noDifferences === undefined) it(name, () => checkGradient(row))
        else it.skip(`${name} (${row.noDifferences})`, () => {})
      }
    })
}
