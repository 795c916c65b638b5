// Wilson's interval against its definition: its ends are the shares that a test of the observed share would just not reject.

import { expect, it } from 'vitest'
import { wilsonInterval } from './interval.ts'

it.each([
  [0.5, 10],
  [0.94, 10000],
  [0.01, 100],
  [1 / 3, 3],
])('%f of %i', (share, count) => {
  for (const end of wilsonInterval(share, count))
    expect(Math.abs(share - end) / Math.sqrt((end * (1 - end)) / count)).toBeCloseTo(1.959963984540054, 9)
})

it('ends at 0 and 1', () => {
  expect(wilsonInterval(0, 20)[0]).toBe(0)
  expect(wilsonInterval(1, 20)[1]).toBe(1)
  // Published for 20 of 20: 0.839 to 1.
  expect(wilsonInterval(1, 20)[0]).toBeCloseTo(0.839, 3)
  expect(() => wilsonInterval(Number.NaN, 20)).toThrow(/from 0 to 1/)
})
