/** What the benchmark's verdicts rest on: the arithmetic of ratios, and that a wrong output is never called right. */

import { expect, test } from 'vitest'
import { errorOverRms, median, ratioOf, repeat, rmsErrorOverRms } from '../bench/timing.ts'

test('a ratio is that of the least times, and says how the rounds differ', () => {
  expect(ratioOf([20, 12, 30], [10, 12, 5])).toEqual({ ofMinima: 12 / 5, median: 2, low: 1, high: 6 })
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('an error is over the root mean square of what is expected', () => {
  expect(errorOverRms(Float32Array.of(3, 4.5), Float32Array.of(3, 4))).toBeCloseTo(0.5 / Math.sqrt(12.5))
  expect(errorOverRms(Float32Array.of(3, 4), Float32Array.of(3, 4))).toBe(0)
})

test('after training an error is the root mean square of the differences', () => {
  expect(rmsErrorOverRms(Float32Array.of(3, 4.5), Float32Array.of(3, 4))).toBeCloseTo(0.5 / 5)
  expect(rmsErrorOverRms(Float32Array.of(3, 4), Float32Array.of(3, 4))).toBe(0)
})

test('NaN, a missing value and an output of zeros are no small errors', () => {
  const expected = Float32Array.of(1, 2, 3)
  for (const wrong of [[1, Number.NaN, 3], [Number.NaN, 2, 3], [1, 2, Number.NaN], [1, 2], []])
    for (const error of [errorOverRms, rmsErrorOverRms])
      expect(error(Float32Array.from(wrong), expected) <= 1e-3).toBe(false)
  for (const error of [errorOverRms, rmsErrorOverRms]) expect(error(new Float32Array(3), expected) <= 1e-3).toBe(false)
})

test('a turn runs at least once, and counts its runs', async () => {
  let runs = 0
  const turn = await repeat(() => runs++, 0)
  expect(turn.runs).toBe(runs)
  expect(turn.times).toHaveLength(runs)
  expect(runs).toBeGreaterThan(0)
})
