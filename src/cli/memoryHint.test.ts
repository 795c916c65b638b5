import { expect, it } from 'vitest'
import { memoryHint } from './memoryHint.ts'

const MiB = 2 ** 20
const bytesAt = (batch: number) => (100 + 10 * batch) * MiB

it.each<[free: number, says: RegExp | undefined]>([
  [420, undefined],
  [419, /^this training needs 420 MiB, and 419 MiB of memory are free; --batch 16 needs 260 MiB$/],
  [150, /; --batch 4 needs 140 MiB$/],
  [119, /; a smaller --size or network needs less$/],
])('with %i MiB free, 420 MiB at batch 32', (free, says) => {
  const hint = memoryHint(bytesAt(32), 32, bytesAt, free * MiB)
  if (says === undefined) expect(hint).toBeUndefined()
  else expect(hint).toMatch(says)
})
