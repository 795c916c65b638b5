/** Sets of bytes as ranges, compared with sets that hold every byte. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addRange, keepLargestGaps, type Ranges, Union } from './ranges.ts'

const range = fc
  .tuple(fc.nat(60), fc.integer({ min: 1, max: 9 }))
  .map(([start, length]) => [start, start + length] as const)
const someRanges = fc.array(range, { minLength: 1, maxLength: 20 })

/** Every byte that the ranges hold, ascending. */
function bytesOf(ranges: ArrayLike<number>): number[] {
  const bytes: number[] = []
  for (let i = 0; i < ranges.length; i += 2)
    for (let byte = ranges[i] as number; byte < (ranges[i + 1] as number); byte++) bytes.push(byte)
  return bytes
}

const union = (ranges: readonly (readonly [number, number])[]) =>
  [...new Set(ranges.flatMap((range) => bytesOf(range)))].sort((a, b) => a - b)

function rangesOf(ranges: readonly (readonly [number, number])[]): Ranges {
  const result: Ranges = []
  for (const [start, end] of ranges) addRange(result, start, end)
  return result
}

/** Sizes of the gaps between ranges. */
const gapsOf = (ranges: ArrayLike<number>) =>
  Array.from({ length: ranges.length / 2 - 1 }, (_, i) => (ranges[2 * i + 2] as number) - (ranges[2 * i + 1] as number))

describe('ranges', () => {
  it('hold what was added, in as few ranges as there can be', () => {
    fc.assert(
      fc.property(someRanges, (added) => {
        const ranges = rangesOf(added)
        expect(bytesOf(ranges)).toEqual(union(added))
        expect(gapsOf(ranges).every((gap) => gap > 0)).toBe(true)
      }),
    )
  })

  it('keep the largest gaps, of equal ones the first', () => {
    fc.assert(
      fc.property(someRanges, fc.integer({ min: 1, max: 6 }), (added, count) => {
        const ranges = rangesOf(added)
        const kept = gapsOf(ranges)
          .map((gap, index) => ({ gap, index }))
          .sort((a, b) => b.gap - a.gap || a.index - b.index)
          .slice(0, count)
          .sort((a, b) => a.index - b.index)
        const edges = kept.flatMap(({ index }) => ranges.slice(2 * index + 1, 2 * index + 3))
        const expected = [ranges[0], ...edges, ranges.at(-1)]
        keepLargestGaps(ranges, count)
        expect(ranges).toEqual(expected)
      }),
    )
  })

  it('unite, closing gaps that are too small', () => {
    fc.assert(
      fc.property(
        fc.array(someRanges, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        (sets, least) => {
          const gathered = new Union()
          for (const added of sets) gathered.add(rangesOf(added), least)
          const all = rangesOf(sets.flat())
          const closed = [...all]
          for (let i = 1; i + 1 < all.length; i += 2)
            if ((all[i + 1] as number) - (all[i] as number) < least)
              addRange(closed, all[i] as number, all[i + 1] as number)
          expect([...gathered.edges.subarray(0, gathered.length)]).toEqual(closed)
        },
      ),
    )
  })
})
