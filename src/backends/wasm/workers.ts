/**
 * Runs calls on several workers, all going through the same list and sharing out each call's tiles. The main thread only
 * gives orders: it stores a range, wakes the workers, and hears from the first of them when all are done. A message tells
 * it: measured, `Atomics.waitAsync` takes 19 µs for a round trip and more under load, a message 14 µs.
 */

import { platform } from '#platform'
import { WorkerStartError } from '../../platform/errors.ts'
import type { PlatformWorker } from '../../platform/types.ts'
import { controlWords } from './control.ts'
import { KernelTrapError, WorkerLostError } from './errors.ts'
import { boundCalls, type Runner, type RunnerStart } from './runner.ts'
import type { CallRange } from './schedule.ts'
import { type WorkerOrders, type WorkerReport, workerMain } from './worker.ts'

/** @throws {WorkerStartError} not all of them could be started; none is left behind */
export async function startWorkers(start: RunnerStart, threads: number): Promise<Runner> {
  const runner = new WorkerRunner(start, threads)
  try {
    await runner.ready
  } catch (cause) {
    await runner.dispose()
    throw cause instanceof WorkerStartError
      ? cause
      : new WorkerStartError('a worker did not start', { received: String(cause), cause })
  }
  return runner
}

interface Pending {
  resolve(): void
  reject(error: Error): void
}

class WorkerRunner implements Runner {
  readonly threads: number
  /** Resolves when all workers wait for orders. */
  readonly ready: Promise<void>
  readonly #start: RunnerStart
  readonly #words: Int32Array
  readonly #workers: PlatformWorker[] = []
  #starting: number
  #failure: Error | undefined
  /** Whoever waits for the start, later for a run. */
  #pending: Pending | undefined

  constructor(start: RunnerStart, threads: number) {
    this.#start = start
    this.threads = threads
    this.#starting = threads
    this.#words = new Int32Array(start.memory.buffer)
    this.ready = this.#wait()
    try {
      for (let index = 0; index < threads; index++) this.#add(index)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  async run({ from, to }: CallRange): Promise<void> {
    if (this.#failure) throw this.#failure
    if (from >= to) return
    const done = this.#wait()
    this.#order(from, to)
    // One of them is enough to keep the process until the run is over; between runs none does.
    this.#workers[0]?.keepAlive(true)
    await done
  }

  async dispose(): Promise<void> {
    this.#failure ??= new WorkerLostError('the workers were ended')
    this.#order(0, -1)
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  /** Wakes the workers for calls [from, to); a negative `to` ends their waiting. */
  #order(from: number, to: number): void {
    const { control } = this.#start
    Atomics.store(this.#words, (control + controlWords.from) >> 2, from)
    Atomics.store(this.#words, (control + controlWords.to) >> 2, to)
    Atomics.add(this.#words, (control + controlWords.order) >> 2, 1)
    Atomics.notify(this.#words, (control + controlWords.order) >> 2)
  }

  #add(index: number): void {
    const worker = platform.startWorker(workerMain, {
      message: (data) => this.#hear(data as WorkerReport),
      failure: (error) => this.#fail(this.#starting > 0 ? error : lost(index, error)),
    })
    this.#workers.push(worker)
    const { control } = this.#start
    worker.postMessage({
      module: this.#start.module,
      memory: this.#start.memory,
      calls: boundCalls(this.#start, index),
      index,
      workers: this.threads,
      control,
      order: control + controlWords.order,
      from: control + controlWords.from,
      to: control + controlWords.to,
    } satisfies WorkerOrders)
  }

  #hear(report: WorkerReport): void {
    if (report.kind === 'failed') {
      const error =
        report.call < 0
          ? new Error(report.message)
          : new KernelTrapError(this.#start.placeOf(report.call), report.message)
      this.#fail(error)
    } else if (report.kind === 'done') {
      this.#workers[0]?.keepAlive(false)
      this.#pending?.resolve()
    } else if (--this.#starting === 0) {
      for (const worker of this.#workers) worker.keepAlive(false)
      this.#pending?.resolve()
    }
  }

  /** The others wait for the one that failed, so none of them can go on. */
  #fail(error: Error): void {
    if (this.#failure) return
    this.#failure = error
    for (const worker of this.#workers) void worker.terminate()
    this.#pending?.reject(error)
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
    })
  }
}

function lost(index: number, cause: Error): WorkerLostError {
  return new WorkerLostError(`worker ${index} ended by itself`, {
    received: String(cause),
    advice: 'dispose of this model and make it again; if memory is short, take a smaller batch',
    cause,
  })
}
