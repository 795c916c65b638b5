import { describe, expect, it } from 'vitest'
import { epochsOf, rungsOf, survivors } from './halving.ts'

describe('rungs', () => {
  it.each([
    [
      9,
      9,
      3,
      undefined,
      [
        [1, 9],
        [3, 3],
        [9, 1],
      ],
    ],
    [
      16,
      10,
      3,
      undefined,
      [
        [1, 16],
        [3, 5],
        [10, 1],
      ],
    ],
    [
      27,
      100,
      3,
      undefined,
      [
        [4, 27],
        [11, 9],
        [33, 3],
        [100, 1],
      ],
    ],
    [
      8,
      8,
      2,
      2,
      [
        [2, 8],
        [4, 4],
        [8, 2],
      ],
    ],
    [
      8,
      10,
      2,
      3,
      [
        [3, 8],
        [10, 4],
      ],
    ],
    [5, 1, 3, undefined, [[1, 5]]],
    [1, 20, 3, undefined, [[20, 1]]],
    [2, 20, 3, undefined, [[20, 2]]],
    [9, 9, 3, 50, [[9, 9]]],
  ] as const)('of %i trials and %i epochs, one in %i', (trials, epochs, keep, first, expected) => {
    const rungs = rungsOf(trials, epochs, keep, first)
    expect(rungs.map((rung) => [rung.epochs, rung.trials])).toEqual(expected)
  })

  it('rise to a whole training, whatever they begin with', () => {
    for (let trials = 1; trials < 40; trials++) {
      for (let epochs = 1; epochs < 40; epochs++) {
        for (const first of [undefined, 1, 3]) {
          const rungs = rungsOf(trials, epochs, 3, first)
          expect(rungs.at(-1)?.epochs).toBe(epochs)
          expect(rungs[0]?.trials).toBe(trials)
          rungs.slice(1).forEach((rung, i) => {
            expect(rung.epochs).toBeGreaterThan(rungs[i]?.epochs as number)
            expect(rung.trials).toBeLessThan(rungs[i]?.trials as number)
          })
        }
      }
    }
  })

  it('cost what they train', () => {
    expect(epochsOf(rungsOf(9, 9, 3))).toBe(9 * 1 + 3 * 2 + 1 * 6)
  })
})

describe('survivors', () => {
  it('are the best, the first of equals, and never those that diverged', () => {
    const reached = [0.5, 0.2, Number.POSITIVE_INFINITY, 0.2, Number.NaN].map((score, trial) => ({ trial, score }))
    expect(survivors(reached, 2)).toEqual([1, 3])
    expect(survivors(reached, 9)).toEqual([1, 3, 0])
  })
})
