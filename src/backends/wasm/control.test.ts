import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { controlWords } from './control.ts'

it('says the same offsets as the barrier', () => {
  const source = readFileSync(new URL('../../ops/sync/kernel.as.ts', import.meta.url), 'utf8')
  const offsets = [...source.matchAll(/^const (\w+)Offset: usize = (\d+)$/gm)].map(([, name, at]) => [name, Number(at)])
  const { counter, arrived, generation, sleepers } = controlWords
  expect(Object.fromEntries(offsets)).toEqual({ counter, arrived, generation, sleepers })
})

it('gives every word of the barrier two cache lines of its own', () => {
  const { from, to, ...apart } = controlWords
  for (const offset of Object.values(apart)) expect(offset % 128).toBe(0)
  expect(new Set(Object.values(controlWords)).size).toBe(Object.keys(controlWords).length)
  expect(Math.max(from, to)).toBeLessThan(4096)
})
