/** Addition: kernels against the reference, gradients by differences. */

import { describe, expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { add } from './op.ts'

testCases(cases)

describe('add', () => {
  it('takes in one ReLU, but not a second one', () => {
    const relu = { kind: 'pointwise', attributes: { function: 'relu' } }
    expect(add.absorb?.({ activation: 'none' }, relu)).toEqual({ activation: 'relu' })
    expect(add.absorb?.({ activation: 'relu' }, relu)).toBeUndefined()
  })

  it('refuses summands of different sizes', () => {
    expect(() => add.outputs({ activation: 'none' }, [f32(2, 3), f32(2, 4)])).toThrow(/second summands/)
  })
})
