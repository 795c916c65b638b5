import { describe, expect, it } from 'vitest'
import { ArgumentError } from './errors.ts'
import { checkIndices, checkWhole } from './numbers.ts'

describe('numbers that a person gives', () => {
  it('are whole and within their limits', () => {
    checkWhole('most', 1, 1, 8)
    checkWhole('most', 8, 1, 8)
    for (const bad of [0, 9, 1.5, Number.NaN, '3', undefined])
      expect(() => checkWhole('most', bad, 1, 8)).toThrow(/most is invalid[\s\S]*from 1 to 8/)
  })

  it('are different indices below a count, in the order that was given', () => {
    expect(checkIndices('channel', [2, 0], 3)).toEqual([2, 0])
    for (const bad of [[], [3], [-1], [0.5], [1, 1], 'x', undefined, [[0]]])
      expect(() => checkIndices('channel', bad, 3)).toThrow(ArgumentError)
    expect(() => checkIndices('channel', [0, 1], 3, 1)).toThrow(/no such channel[\s\S]*one number from 0 to 2/)
  })
})
