import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { wasmTarget } from '../../ops/wasm/target.ts'
import { controlWords, stateChange, stateInside, stateOpen } from './control.ts'

const source = readFileSync(new URL('../../ops/sync/kernel.as.ts', import.meta.url), 'utf8')

it('says the same offsets as the kernels that use them', () => {
  const offsets = [...source.matchAll(/^const (\w+)Offset: usize = (\d+)$/gm)].map(([, name, at]) => [name, Number(at)])
  const { counter, state, call, sleepers, leaderWaits, to } = controlWords
  expect(Object.fromEntries(offsets)).toEqual({ counter, state, call, sleepers, leaderWaits, to })
  expect(stateOpen).toBe(Number(/^const open: i32 = (\w+)$/m.exec(source)?.[1]))
  expect(stateInside).toBe(Number(/^const inside: i32 = (\w+)$/m.exec(source)?.[1]))
  expect(stateChange).toBe(2 ** Number(/^const generationShift: i32 = (\d+)$/m.exec(source)?.[1]))
})

it('gives every word that different threads write two cache lines of its own', () => {
  const { call, from, to, ...apart } = controlWords
  for (const offset of Object.values(apart)) expect(offset % 128).toBe(0)
  expect(new Set(Object.values(controlWords)).size).toBe(Object.keys(controlWords).length)
  expect(Math.max(...Object.values(controlWords))).toBeLessThan(wasmTarget().head)
})
