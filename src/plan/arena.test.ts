/** The arena: blocks whose lifetimes meet never share bytes, and the placing wastes little. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALIGNMENT, type ArenaBlock, align, place } from './arena.ts'

const block = fc
  .record({ bytes: fc.integer({ min: 1, max: 5000 }), from: fc.nat(30), length: fc.nat(8) })
  .map(({ bytes, from, length }): ArenaBlock => ({ bytes, from, to: from + length }))

function mostAlive(blocks: readonly ArenaBlock[]): number {
  const steps = [...new Set(blocks.map(({ from }) => from))]
  return Math.max(
    0,
    ...steps.map((step) =>
      blocks.filter(({ from, to }) => from <= step && step <= to).reduce((sum, { bytes }) => sum + align(bytes), 0),
    ),
  )
}

describe('arena', () => {
  it('never lets two blocks that are alive together share a byte', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 60 }), (blocks) => {
        const { offsets, bytes } = place(blocks)
        for (const [i, a] of blocks.entries()) {
          const at = offsets[i] as number
          expect(at % ALIGNMENT).toBe(0)
          expect(at + a.bytes).toBeLessThanOrEqual(bytes)
          for (const [j, b] of blocks.entries()) {
            if (j <= i || a.to < b.from || b.to < a.from) continue
            const other = offsets[j] as number
            expect(at + a.bytes <= other || other + b.bytes <= at).toBe(true)
          }
        }
      }),
    )
  })

  it('takes no more than twice what is alive at once, and at least that', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 60 }), (blocks) => {
        const { bytes } = place(blocks)
        const least = mostAlive(blocks)
        expect(bytes).toBeGreaterThanOrEqual(least)
        expect(bytes).toBeLessThanOrEqual(2 * least)
      }),
    )
  })

  it('reuses the bytes of a chain: two neighbours are alive at a time', () => {
    const chain = Array.from({ length: 20 }, (_, step) => ({ bytes: 640, from: step, to: step + 1 }))
    expect(place(chain).bytes).toBe(2 * 640)
  })

  it('is the same every time', () => {
    const blocks = Array.from({ length: 40 }, (_, i) => ({
      bytes: 64 * ((i * 7) % 5) + 1,
      from: i % 9,
      to: (i % 9) + 3,
    }))
    expect(place(blocks)).toEqual(place(blocks))
  })
})
