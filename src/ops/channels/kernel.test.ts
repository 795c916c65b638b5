/** Concat, slice and widen: kernels against the reference, gradients by differences. */

import { expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { concat, slice } from './op.ts'

testCases(cases)

it('refuses inputs of different numbers of rows', () => {
  expect(() => concat.outputs({}, [f32(2, 3), f32(3, 5)])).toThrow(/channels of input 1/)
})

it('refuses to slice beyond the last channel', () => {
  expect(slice.outputs({ from: 2, count: 3 }, [f32(2, 5)])).toEqual([f32(2, 3)])
  expect(() => slice.outputs({ from: 3, count: 3 }, [f32(2, 5)])).toThrow(/not enough channels/)
})
