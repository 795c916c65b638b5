import { expect, it } from 'vitest'
import { Sharing } from './sharing.ts'

/** Shared calls of `took` ms each, of which `waited`, until sharing does not pay; how many milliseconds that took. */
function untilAlone(sharing: Sharing, from: number, took: number, waited: number, most = 1000): number {
  let now = from
  while (sharing.pays(now) && now - from < most) {
    now += took
    sharing.add(took, waited, now)
  }
  return now - from
}

/** Milliseconds for which it does not pay. */
function pauseFrom(sharing: Sharing, from: number): number {
  let now = from
  while (!sharing.pays(now)) now++
  return now - from
}

it('shares while waits are short or few', () => {
  const sharing = new Sharing()
  expect(untilAlone(sharing, 0, 0.4, 0.3)).toBeGreaterThanOrEqual(1000)
  expect(untilAlone(sharing, 1000, 20, 5)).toBeGreaterThanOrEqual(1000)
})

it('runs alone after long waits, longer each time, and not for long once they are over', () => {
  const sharing = new Sharing()
  let now = 0
  const lengths = Array.from({ length: 8 }, () => {
    now += untilAlone(sharing, now, 4, 3)
    const pause = pauseFrom(sharing, now)
    now += pause
    return pause
  })
  expect(lengths).toEqual([20, 40, 80, 160, 320, 640, 640, 640])
  expect(untilAlone(sharing, now, 1, 0.01, 100)).toBeGreaterThanOrEqual(100)
  now += 100
  now += untilAlone(sharing, now, 4, 3)
  expect(pauseFrom(sharing, now)).toBe(20)
})
