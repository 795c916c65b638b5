import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearAxis, logAxis } from './axis.ts'

describe('axes', () => {
  it('have round ticks within their ends', () => {
    expect(linearAxis(0, 6, 6).ticks).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(linearAxis(0.873, 0.991).ticks).toEqual([0.88, 0.9, 0.92, 0.94, 0.96, 0.98])
    expect(logAxis(0.03, 2.4).ticks).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2])
    expect(logAxis(1.2, 4).ticks).toEqual([1.5, 2, 2.5, 3, 3.5, 4])
    expect(logAxis(1e-5, 10).ticks).toEqual([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10])
  })

  it('place every value between the ends in order, with few ticks, whatever the range', () => {
    const value = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)]
        for (const axis of [linearAxis(min, max), logAxis(min, max)]) {
          expect(axis.ticks.length).toBeLessThanOrEqual(15)
          const places = [min, (min + max) / 2, max].map(axis.place)
          expect(places.every((place) => place >= 0 && place <= 1)).toBe(true)
          expect([...places].sort((x, y) => x - y)).toEqual(places)
        }
      }),
    )
  })

  it('keep what lies beyond at the ends', () => {
    expect([linearAxis(0, 1).place(-3), linearAxis(0, 1).place(7)]).toEqual([0, 1])
  })
})
