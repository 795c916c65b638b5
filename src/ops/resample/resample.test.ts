/** Resampling: kernels against the reference, gradients by differences, and values that PyTorch 2 gives. */

import { describe, expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import { testCases } from '../testing/suite.ts'
import type { ResampleRule } from './attributes.ts'
import { cases } from './cases.ts'
import { resample } from './op.ts'

testCases(cases)

function line(rule: ResampleRule, x: readonly number[], length: number, start = 0): readonly number[] {
  const attributes = { rule, input: [1, x.length], output: [1, length], start: [0, start] } as const
  const y = new Float64Array(length)
  const step = { attributes, inputs: [f32(1, 1, x.length, 1)], outputs: [f32(1, 1, length, 1)], updates: [] }
  resample.reference(step, { inputs: [Float64Array.from(x)], outputs: [y], updates: [] })
  return [...y]
}

describe('the reference', () => {
  it.each<[ResampleRule, readonly number[], number, number, readonly number[]]>([
    // torch.nn.functional.pad
    ['zero', [1, 2, 3], 6, -2, [0, 0, 1, 2, 3, 0]],
    ['reflect', [1, 2, 3], 7, -2, [3, 2, 1, 2, 3, 2, 1]],
    ['edge', [1, 2, 3], 6, -2, [1, 1, 1, 2, 3, 3]],
    // torch.nn.functional.interpolate
    ['nearest', [1, 2, 3], 5, 0, [1, 1, 2, 2, 3]],
    ['bilinear', [1, 2, 4], 6, 0, [1, 1.25, 1.75, 2.5, 3.5, 4]],
    ['corners', [1, 2, 4], 5, 0, [1, 1.5, 2, 3, 4]],
  ])('%s', (rule, x, length, start, expected) => {
    expect(line(rule, x, length, start)).toEqual(expected)
  })
})
