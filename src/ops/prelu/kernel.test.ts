/** PReLU: kernels against the reference, gradients by differences. */

import { expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { prelu } from './op.ts'

testCases(cases)

it('refuses another number of slopes than channels', () => {
  expect(() => prelu.outputs({}, [f32(2, 3, 3, 4), f32(3)])).toThrow(/slopes/)
})
