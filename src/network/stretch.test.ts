/** Counting pixels against counting them one by one. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pixelCount, pixelsAt, type Stretch } from './stretch.ts'

it('pixelCount is the most that any position sees', () => {
  const stretch = fc
    .record({
      start: fc.integer({ min: -40, max: 40 }),
      length: fc.nat(40),
      stride: fc.nat(12),
      unit: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ start, length, stride, unit }): Stretch => ({ start, end: start + length, stride, unit }))
  fc.assert(
    fc.property(stretch, (seen) => {
      // After `unit` positions the fractions repeat.
      const counts = Array.from({ length: seen.unit }, (_, position) => {
        const [first, last] = pixelsAt(seen, position)
        return last - first + 1
      })
      expect(pixelCount(seen)).toBe(Math.max(...counts))
    }),
    { numRuns: 500 },
  )
})
