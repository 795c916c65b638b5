import { expect, it } from 'vitest'
import { WorkerStartError } from './errors.ts'
import { withSpares } from './spares.ts'
import type { PlatformWorker, WorkerEvents, WorkerPort } from './types.ts'

const main = (port: WorkerPort) => port.postMessage('main')
const other = (port: WorkerPort) => port.postMessage('other')

/** Threads that only note what happens to them. */
function platform(most = Number.POSITIVE_INFINITY) {
  const started: { readonly events: WorkerEvents; readonly worker: PlatformWorker; ended: boolean }[] = []
  const start = (_: typeof main, events: WorkerEvents): PlatformWorker => {
    if (started.length >= most) throw new WorkerStartError('no more')
    const worker = {
      postMessage: () => {},
      keepAlive: () => {},
      terminate: async () => {
        entry.ended = true
      },
    }
    const entry = { events, worker, ended: false }
    started.push(entry)
    return worker
  }
  return { started, ...withSpares(start) }
}

const silent: WorkerEvents = { message: () => {}, failure: () => {} }

it('takes spare threads of the same text first, and ends those that are left', async () => {
  const { started, startWorker, spareWorkers } = platform()
  const end = spareWorkers(main, 2)
  expect(started).toHaveLength(2)
  expect(startWorker(other, silent)).toBe(started[2]?.worker)
  expect(startWorker(main, silent)).toBe(started[0]?.worker)
  await end()
  expect(started.map(({ ended }) => ended)).toEqual([false, true, false])
  expect(startWorker(main, silent)).toBe(started[3]?.worker)
})

it('lets whoever took a thread hear of it', () => {
  const { started, startWorker, spareWorkers } = platform()
  spareWorkers(main, 1)
  const heard: unknown[] = []
  startWorker(main, { message: (data) => heard.push(data), failure: (error) => heard.push(error.message) })
  started[0]?.events.message('ready')
  started[0]?.events.failure(new Error('lost'))
  expect(heard).toEqual(['ready', 'lost'])
})

it('hands out none that has failed meanwhile', async () => {
  const { started, startWorker, spareWorkers } = platform()
  const end = spareWorkers(main, 1)
  started[0]?.events.failure(new Error('out of memory'))
  expect(startWorker(main, silent)).toBe(started[1]?.worker)
  await end()
  expect(started[1]?.ended).toBe(false)
})

it('leaves it to whoever needs a thread to say that there is none', async () => {
  const { started, startWorker, spareWorkers } = platform(1)
  const end = spareWorkers(main, 3)
  expect(startWorker(main, silent)).toBe(started[0]?.worker)
  expect(() => startWorker(main, silent)).toThrow(WorkerStartError)
  await end()
})

it('ends, for two who make models at once, only what neither took', async () => {
  const { started, startWorker, spareWorkers } = platform()
  const ends = [spareWorkers(main, 1), spareWorkers(main, 2)]
  startWorker(main, silent)
  await ends[0]?.()
  expect(started.filter(({ ended }) => ended)).toEqual([])
  startWorker(main, silent)
  await ends[1]?.()
  expect(started.map(({ ended }) => ended)).toEqual([false, false, true])
})
