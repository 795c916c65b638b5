/** Group normalization: kernels against the reference, gradients by differences, and what its extremes are. */

import { describe, expect, it } from 'vitest'
import { batchNorm } from '../batchNorm/op.ts'
import { opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { drawArrays, evaluate } from '../testing/arrays.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { groupNorm } from './op.ts'

testCases(cases)

describe('groupNorm', () => {
  const attributes = { epsilon: 1e-5, activation: 'none' } as const

  it('with a group a channel is, for one image, batch normalization', () => {
    const [x, c] = [f32(1, 5, 6, 7), f32(7)]
    const instance = opCase({
      name: 'instance',
      op: groupNorm,
      attributes: { ...attributes, groups: 7 },
      inputs: [x, c, c],
      terms: 1,
    })
    const batch = opCase({
      name: 'batch',
      op: batchNorm,
      attributes: { ...attributes, momentum: 0.1 },
      inputs: [x, c, c],
      updates: [c, c],
      terms: 1,
    })
    const { inputs } = drawArrays(instance, 3)
    const zeros = new Float64Array(7)
    const [a] = evaluate(instance, { inputs, updates: [] }).outputs
    const [b] = evaluate(batch, { inputs, updates: [zeros, zeros] }).outputs
    for (const [i, value] of (a ?? []).entries()) expect(value).toBeCloseTo(b?.[i] as number, 12)
  })

  it('refuses groups that do not divide the channels, and groups of one value', () => {
    expect(() => groupNorm.outputs({ ...attributes, groups: 3 }, [f32(1, 2, 2, 7), f32(7), f32(7)])).toThrow(
      /divide evenly/,
    )
    expect(() => groupNorm.outputs({ ...attributes, groups: 7 }, [f32(5, 1, 1, 7), f32(7), f32(7)])).toThrow(
      /no variance/,
    )
  })
})
