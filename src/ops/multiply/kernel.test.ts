/** Products: kernels against the reference, gradients by differences. */

import { describe, expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { multiply, multiplyChannels, multiplyNumber } from './op.ts'

testCases(cases)

describe('a product', () => {
  it('refuses factors of another size', () => {
    expect(() => multiply.outputs({}, [f32(2, 3), f32(2, 4)])).toThrow(/second factors/)
    expect(() => multiplyChannels.outputs({}, [f32(2, 3, 3, 4), f32(3)])).toThrow(/factors/)
    expect(() => multiplyChannels.outputs({}, [f32(2, 3, 3, 4), f32(3, 1, 1, 4)])).toThrow(/factors/)
  })

  it('refuses a number that is not finite', () => {
    expect(() => multiplyNumber.outputs({ factor: Number.NaN }, [f32(3)])).toThrow(/not finite/)
  })
})
