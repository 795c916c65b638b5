/**
 * Threads that start before they are needed. A thread takes tens of milliseconds to come up, on another core: who knows
 * early that some will be wanted does its other work meanwhile. In Node there is a second reason: after a change of V8's
 * flags (`wideVectors`) the prepared code of Node's own modules is refused, and a thread takes twice as long.
 */

import type { Platform, PlatformWorker, WorkerEvents } from './types.ts'

interface Spare {
  readonly text: string
  readonly worker: PlatformWorker
  /** The events of the one that took it. */
  events?: WorkerEvents
}

/** A platform's way to start a thread, and the same with spare ones. */
export function withSpares(start: Platform['startWorker']): Pick<Platform, 'startWorker' | 'spareWorkers'> {
  const spares = new Set<Spare>()

  function add(main: Parameters<typeof start>[0]): Spare {
    const worker = start(main, {
      message: (data) => spare.events?.message(data),
      failure(error) {
        // Not taken yet: the next call gets a fresh thread, or the reason why there is none.
        spares.delete(spare)
        spare.events?.failure(error)
      },
    })
    const spare: Spare = { text: main.toString(), worker }
    spares.add(spare)
    // An unused thread does not keep the process alive.
    worker.keepAlive(false)
    return spare
  }

  return {
    startWorker(main, events) {
      const text = main.toString()
      const spare = [...spares].find((each) => each.text === text)
      if (spare === undefined) return start(main, events)
      spares.delete(spare)
      spare.events = events
      spare.worker.keepAlive(true)
      return spare.worker
    },
    spareWorkers(main, count) {
      const own: Spare[] = []
      try {
        while (own.length < count) own.push(add(main))
      } catch {
        // The next call that needs a thread reports it.
      }
      return async () => {
        const left = own.filter((spare) => spares.delete(spare))
        await Promise.all(left.map(({ worker }) => worker.terminate()))
      }
    },
  }
}
