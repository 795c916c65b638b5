/** Concat, slice and widen: kernels against the reference, gradients by differences. */

import { expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { concat } from './op.ts'

testCases(cases)

it('refuses an input that does not have the channels it should', () => {
  const attributes = { rows: 2, channels: [3, 4] }
  expect(() => concat.outputs(attributes, [f32(2, 3), f32(2, 5)])).toThrow(/channels of input 1/)
})
