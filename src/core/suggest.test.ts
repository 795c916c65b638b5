import { expect, it } from 'vitest'
import { words } from '../layers/layers.ts'
import { closest, edits } from './suggest.ts'

it('counts edits, and two neighbors that change places once', () => {
  const rows = [
    ['', 'AB', 2],
    ['CONV', 'CONV', 0],
    ['CNV', 'CONV', 1],
    ['CNOV', 'CONV', 1],
    ['KITTEN', 'SITTING', 3],
  ] as const
  for (const [a, b, count] of rows) expect([edits(a, b), edits(b, a)]).toEqual([count, count])
})

it('finds what was perhaps meant, or nothing', () => {
  const rows = {
    COMV: 'CONV',
    CONVD: 'CONV',
    MAXPOOL: 'POOL',
    SOFMAX: 'SOFTMAX',
    DROPOT: 'DROPOUT',
    FCC: 'FC',
    XYZZY: undefined,
  }
  for (const [word, meant] of Object.entries(rows)) expect(closest(word, words), word).toBe(meant)
})
