/** The rate is that of the last seconds of training; tests lengthen what is left, but do not blur the rate. */

import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

test('nothing is known at first, and then what the last seconds were like', () => {
  const pace = new Pace()
  expect([pace.rate, pace.secondsFor(1000)]).toEqual([0, 0])
  for (let i = 0; i < 100; i++) pace.trained(10, 100)
  expect(pace.rate).toBeCloseTo(100)
  expect(pace.secondsFor(1000)).toBeCloseTo(10)
  for (let i = 0; i < 100; i++) pace.trained(10, 50)
  expect(pace.rate).toBeCloseTo(200)
})

test('with a second of tests for each second of training, it takes twice as long', () => {
  const pace = new Pace()
  pace.trained(100, 1000)
  pace.tested(1000)
  expect(pace.rate).toBeCloseTo(100)
  expect(pace.secondsFor(100)).toBeCloseTo(2)
})
