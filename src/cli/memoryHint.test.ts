import { expect, it } from 'vitest'
import { LARGEST_MEMORY } from '../ops/wasm/target.ts'
import { checkTraining, memoryHint } from './memoryHint.ts'

const MiB = 2 ** 20
const bytesAt = (batch: number, recompute?: true) => (100 + (recompute ? 4 : 10) * batch) * MiB

it.each<[free: number, says: RegExp | undefined]>([
  [420, undefined],
  [
    419,
    /^this training needs 420 MiB, and 419 MiB of memory are free; --recompute needs 228 MiB; --batch 31 needs 410 MiB$/,
  ],
  [150, /free; --batch 5 needs 150 MiB$/],
  [119, /; a smaller --size or network needs less$/],
])('with %i MiB free, 420 MiB at batch 32', (free, says) => {
  const hint = memoryHint(bytesAt(32), 32, bytesAt, free * MiB)
  if (says === undefined) expect(hint).toBeUndefined()
  else expect(hint).toMatch(says)
})

it('refuses what cannot be addressed, with the batch that can', () => {
  const largest = Math.floor((LARGEST_MEMORY / MiB - 100) / 10)
  expect(() => checkTraining(bytesAt(largest), largest, bytesAt)).not.toThrow()
  const refused = () => checkTraining(bytesAt(largest + 1), largest + 1, bytesAt)
  expect(refused).toThrow(new RegExp(`at batch ${largest + 1}`))
  expect(refused).toThrow(new RegExp(`--recompute needs .*; --batch ${largest} needs`))
})
