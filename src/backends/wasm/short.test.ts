import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.restoreAllMocks()
  vi.resetModules()
})

it('times both tiles once, and keeps the tall one where it is as fast', async () => {
  const { shortVerdict } = await import('./short.ts')
  const found = shortVerdict()
  expect(shortVerdict()).toBe(found)
  const verdict = await found
  const gain = Number(/^tiles of 4 rows are ([\d.]+) times as fast as those of 6$/.exec(verdict?.why ?? '')?.[1])
  expect(gain).toBeGreaterThan(0.3)
  // The text has it rounded.
  if (gain !== 1.2) expect(verdict?.ok).toBe(gain > 1.2)
})

it('times nothing by a clock that cannot tell', async () => {
  const { platform } = await import('#platform')
  vi.spyOn(platform, 'fineClock', 'get').mockReturnValue(false)
  const now = vi.spyOn(platform, 'now')
  const { shortVerdict } = await import('./short.ts')
  expect(await shortVerdict()).toBeUndefined()
  expect(now).not.toHaveBeenCalled()
})
