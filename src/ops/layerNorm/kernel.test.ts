/** Layer normalization: kernels against the reference, gradients by differences. */

import { describe, expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { layerNorm } from './op.ts'

testCases(cases)

describe('layerNorm', () => {
  it('refuses a single channel', () => {
    expect(() => layerNorm.outputs({ epsilon: 1e-5 }, [f32(4, 1), f32(1), f32(1)])).toThrow(/no variance/)
  })
})
