import { afterEach, expect, it, vi } from 'vitest'
import { platform } from './browser.ts'
import { FileError } from './errors.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** As a page has it that has just been opened. */
async function freshPlatform() {
  vi.resetModules()
  return (await import('./browser.ts')).platform
}

const events = { message: () => {}, failure: () => {} }

it('says why there are no threads', () => {
  vi.stubGlobal('Worker', undefined)
  expect(platform.whyNoThreads()).toBe('this context cannot start workers')
  vi.stubGlobal('Worker', class {})
  vi.stubGlobal('crossOriginIsolated', false)
  expect(platform.whyNoThreads()).toBe('the page is not cross-origin isolated, so SharedArrayBuffer is missing')
  vi.stubGlobal('crossOriginIsolated', true)
  expect(platform.whyNoThreads()).toBeUndefined()
})

it('tries a forbidden worker once, and says so once', async () => {
  const page = await freshPlatform()
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  let tried = 0
  vi.stubGlobal('crossOriginIsolated', true)
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        tried++
        throw new Error('SecurityError: refused by policy')
      }
    },
  )
  await page.spareWorkers(() => {}, 4)()
  for (let model = 0; model < 3; model++) {
    expect(() => page.startWorker(() => {}, events)).toThrow(/refused by policy[\s\S]*worker-src blob:/)
    await page.spareWorkers(() => {}, 4)()
  }
  expect(tried).toBe(1)
  expect(warn.mock.calls).toEqual([[expect.stringContaining('worker-src blob:')]])
  expect(page.whyNoThreads()).toContain('worker-src blob:')
})

it('tells of a forbidden worker later, where the browser does', async () => {
  const page = await freshPlatform()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const told: Error[] = []
  const made: { onerror?: (event: object) => void }[] = []
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        made.push(this)
      }
    },
  )
  page.startWorker(() => {}, { ...events, failure: (error) => told.push(error) })
  made[0]?.onerror?.({})
  made[0]?.onerror?.({})
  expect(told).toHaveLength(1)
  expect(told[0]?.name).toBe('WorkerStartError')
})

it('has no files and says what to do instead', async () => {
  await expect(platform.readFile('a.lenslet')).rejects.toThrow(FileError)
  await expect(platform.readFile('a.lenslet')).rejects.toThrow(/fetch the file yourself/)
  await expect(platform.writeFileAtomic('a.lenslet', new Uint8Array())).rejects.toThrow(/offer them as a download/)
  await expect(platform.writeFileAtomic('a.lenslet', [new Uint8Array()])).rejects.toThrow(/offer them as a download/)
  await expect(platform.appendFile('a.jsonl', new Uint8Array())).rejects.toThrow(/offer them as a download/)
})

it('gives others a turn', async () => {
  let turn = false
  setImmediate(() => {
    turn = true
  })
  await platform.nextTurn()
  await platform.nextTurn()
  expect(turn).toBe(true)
})
