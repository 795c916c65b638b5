/** Local response normalization: kernels against the reference, gradients by differences, and values by hand. */

import { describe, expect, it } from 'vitest'
import { opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { evaluate } from '../testing/arrays.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { localResponse } from './op.ts'

testCases(cases)

describe('localResponse', () => {
  const run = (attributes: object, shape: readonly [number, number, number, number], values: readonly number[]) => {
    const usual = { size: 3, over: 'channels', alpha: 0.5, beta: 0.75, k: 2 } as const
    const row = opCase({
      name: 'by hand',
      op: localResponse,
      attributes: { ...usual, ...attributes },
      inputs: [f32(...shape)],
      terms: 1,
    })
    return [...(evaluate(row, { inputs: [Float64Array.from(values)], updates: [] }).outputs[0] ?? [])]
  }

  it('divides by the power of the neighbouring channels, fewer at the ends', () => {
    expect(run({}, [1, 1, 1, 3], [1, 2, 3])).toEqual([
      1 * (2 + 0.5 * 5) ** -0.75,
      2 * (2 + 0.5 * 14) ** -0.75,
      3 * (2 + 0.5 * 13) ** -0.75,
    ])
  })

  it('with an even window sees one channel more in front, as PyTorch and cuda-convnet do', () => {
    expect(run({ size: 2 }, [1, 1, 1, 3], [1, 2, 3])).toEqual([
      1 * (2 + 0.5 * 1) ** -0.75,
      2 * (2 + 0.5 * 5) ** -0.75,
      3 * (2 + 0.5 * 13) ** -0.75,
    ])
  })

  it('within a map sees the neighbors in the same channel', () => {
    const [first, , last] = run({ over: 'map' }, [1, 2, 2, 1], [1, 2, 3, 4])
    expect(first).toBeCloseTo(1 * (2 + 0.5 * 30) ** -0.75, 14)
    expect(last).toBeCloseTo(3 * (2 + 0.5 * 30) ** -0.75, 14)
  })
})
