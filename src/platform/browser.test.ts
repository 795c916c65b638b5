import { afterEach, expect, it, vi } from 'vitest'
import { platform } from './browser.ts'
import { FileError, WorkerStartError } from './errors.ts'

afterEach(() => vi.unstubAllGlobals())

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

it('turns a forbidden worker into a named error, thrown or told', () => {
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        throw new Error('SecurityError: refused by policy')
      }
    },
  )
  expect(() => platform.startWorker(() => {}, events)).toThrow(WorkerStartError)
  expect(() => platform.startWorker(() => {}, events)).toThrow(/refused by policy[\s\S]*worker-src blob:/)

  const told: Error[] = []
  vi.stubGlobal('Worker', class {})
  const made: { onerror?: (event: object) => void }[] = []
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        made.push(this)
      }
    },
  )
  platform.startWorker(() => {}, { ...events, failure: (error) => told.push(error) })
  made[0]?.onerror?.({})
  made[0]?.onerror?.({})
  expect(told).toHaveLength(1)
  expect(told[0]).toBeInstanceOf(WorkerStartError)
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
