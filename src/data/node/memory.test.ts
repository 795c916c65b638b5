// The budget: what fits, who waits, and in which order.
import { expect, it } from 'vitest'
import { defaultMemory, MemoryBudget } from './memory.ts'

it('is a quarter of the memory that the process may use, at most 4 GiB', () => {
  const gib = 2 ** 30
  expect(defaultMemory(8 * gib, 0)).toBe(2 * gib)
  expect(defaultMemory(64 * gib, 0)).toBe(4 * gib)
  expect(defaultMemory(64 * gib, gib)).toBe(gib / 4)
  // Node gives this where a container has no limit.
  expect(defaultMemory(8 * gib, 2 ** 64)).toBe(2 * gib)
})

it('keeps what lives as long as the budget, up to the limit', () => {
  const budget = new MemoryBudget(100)
  expect(budget.keep(60)).toBe(true)
  expect(budget.keep(41)).toBe(false)
  expect(budget.most).toBe(40)
  expect(budget.tryTake(41)).toBe(false)
  expect(budget.tryTake(40)).toBe(true)
  expect(budget.keep(1)).toBe(false)
})

it('lets one after the other in, in the order of asking', async () => {
  const budget = new MemoryBudget(100)
  const order: string[] = []
  const ask = (name: string, bytes: number) => budget.take(bytes).then(() => order.push(name))
  await ask('a', 70)
  const others = [ask('large', 90), ask('small', 10), ask('last', 5)]
  // There is room for it, but not before those who asked first.
  expect(budget.tryTake(10)).toBe(false)
  await Promise.resolve()
  expect(order).toEqual(['a'])
  budget.free(70)
  await others[1]
  expect(order).toEqual(['a', 'large', 'small'])
  budget.free(90)
  await Promise.all(others)
  expect(order).toEqual(['a', 'large', 'small', 'last'])
  expect(budget.tryTake(85)).toBe(true)
})

it('refuses what can never be had instead of waiting for it', async () => {
  const budget = new MemoryBudget(100)
  await expect(budget.take(101)).rejects.toThrow(/never/)
})
