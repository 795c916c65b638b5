// How many threads are given, whatever is asked for.
import { expect, it } from 'vitest'
import { platform } from '#platform'
import { chooseThreads } from './threads.ts'

it('gives what is asked for, up to what can help', () => {
  const most = Math.max(8, platform.parallelism())
  expect(chooseThreads(1)).toEqual({ threads: 1 })
  expect(chooseThreads(most)).toEqual({ threads: most })
  const capped = chooseThreads(10_000)
  expect(capped.threads).toBe(most)
  expect(capped.reason).toMatch(/^more than \d+ do not help on \d+ processors?$/)
  expect(chooseThreads().threads).toBe(Math.min(8, platform.parallelism()))
})
