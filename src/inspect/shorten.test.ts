import { describe, expect, it } from 'vitest'
import { columnsOf, shorten } from './shorten.ts'

describe('long names', () => {
  it('are cut at their end, never within a character', () => {
    expect(shorten('giraffe', 7)).toBe('giraffe')
    expect(shorten('giraffe', 5)).toBe('gira…')
    expect(shorten('🦒🦒🦒', 2)).toBe('🦒…')
  })

  it('are measured as a terminal shows them', () => {
    expect(['cat', '熊猫', '🦒', 'e\u0301', 'é'].map(columnsOf)).toEqual([3, 4, 2, 1, 1])
  })
})
