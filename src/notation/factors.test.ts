// Runs and factors against their definitions, on every short sequence of two symbols and on random ones of three.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Factors, type Run, runsOf } from './factors.ts'

/** From the definition: maximal pieces with a smallest period of at most half their length. */
function runsByDefinition(symbols: readonly number[]): readonly Run[] {
  const has = (start: number, end: number, period: number) =>
    symbols.slice(start, end - period).every((symbol, i) => symbol === symbols[start + i + period])
  const runs: Run[] = []
  for (let start = 0; start < symbols.length; start++) {
    for (let end = start + 2; end <= symbols.length; end++) {
      const period = symbols.findIndex((_, p) => p > 0 && has(start, end, p))
      if (period < 1 || 2 * period > end - start) continue
      const wider = (start > 0 && has(start - 1, end, period)) || (end < symbols.length && has(start, end + 1, period))
      if (!wider) runs.push({ start, end, period })
    }
  }
  return runs
}

const inOrder = (runs: readonly Run[]) =>
  [...runs].sort((a, b) => a.period - b.period || a.start - b.start || a.end - b.end)

function check(symbols: readonly number[]): void {
  const runs = runsOf(new Factors(symbols))
  expect(inOrder(runs)).toEqual(inOrder(runsByDefinition(symbols)))
  expect(runs.map(({ period }) => period)).toEqual(runs.map(({ period }) => period).sort((a, b) => a - b))
}

it('finds the runs of all sequences of up to 10 symbols', () => {
  for (let length = 0; length <= 10; length++) {
    for (let bits = 0; bits < 2 ** length; bits++) check(Array.from({ length }, (_, i) => (bits >> i) & 1))
  }
})

const sequence = fc.array(fc.nat(2), { maxLength: 40 })

it('finds the runs of random sequences', () => {
  fc.assert(fc.property(sequence, check), { numRuns: 200 })
})

it('gives equal pieces, and only those, the same key', () => {
  fc.assert(
    fc.property(sequence, (symbols) => {
      const factors = new Factors(symbols)
      const pieces = new Map<string, number>()
      for (let from = 0; from < symbols.length; from++) {
        for (let length = 1; from + length <= symbols.length; length++) {
          const piece = symbols.slice(from, from + length).join()
          const key = factors.key(from, length)
          expect(pieces.get(piece) ?? key).toBe(key)
          pieces.set(piece, key)
        }
      }
      expect(new Set(pieces.values()).size).toBe(pieces.size)
    }),
    { numRuns: 100 },
  )
})
