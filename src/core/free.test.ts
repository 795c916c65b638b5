/** Everything is freed, in order, whatever is thrown; and what was thrown is not lost. */

import { expect, it } from 'vitest'
import { freeAll } from './free.ts'

it('runs every step after the one before, also after one that throws', async () => {
  const log: string[] = []
  const step = (name: string, error?: Error) => async () => {
    log.push(`${name} begins`)
    await Promise.resolve()
    log.push(`${name} ends`)
    if (error) throw error
  }
  const [first, second] = [new Error('first'), new Error('second')]
  await freeAll([step('a'), step('b')])
  await expect(freeAll([step('c', first), step('d')])).rejects.toBe(first)
  const thrown = () => {
    throw first
  }
  await expect(freeAll([thrown, step('e', second), step('f')])).rejects.toThrow(
    expect.objectContaining({ name: 'AggregateError', errors: [first, second] }),
  )
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => [`${name} begins`, `${name} ends`]))
})
