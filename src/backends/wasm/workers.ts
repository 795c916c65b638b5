/**
 * Runs calls on several workers: the first of them leads through the list, the others help with each call's tiles. The
 * main thread only gives orders: it stores a range, wakes the leader, and hears from it when all are done. A message tells
 * it: measured, `Atomics.waitAsync` takes 19 µs for a round trip and more under load, a message 14 µs. What is too short
 * to be worth an order the main thread runs itself, and what is short it leads itself.
 */

import { platform } from '#platform'
import { WorkerStartError } from '../../platform/errors.ts'
import type { PlatformWorker } from '../../platform/types.ts'
import { controlWords, stateChange } from './control.ts'
import { KernelTrapError, WorkerLostError } from './errors.ts'
import { type InlineRunner, startInline } from './inline.ts'
import { boundCalls, type Runner, type RunnerStart } from './runner.ts'
import type { CallRange, ScheduledCall } from './schedule.ts'
import { type WorkerOrders, type WorkerReport, workerMain } from './worker.ts'

/**
 * A range of which a second worker saves less, by estimate in nanoseconds, is run by the calling thread. An order and the
 * message of its end cost 20–50 µs while the workers are awake, and 100–350 µs after a pause of 3–20 ms, until they are
 * awake and processors at full speed. Measured with two workers on work that can be shared perfectly, least times: 0.25 ms
 * of it took 0.20–0.30 ms (0.28–0.53 ms after a pause), 0.5 ms took 0.36–0.54 ms (0.45–0.86 ms), 1 ms took 0.69 ms
 * (0.72–1.3 ms). Of training steps, LeNet-5's of 64 pictures (saving 258 and 556 µs) gains 1.6 times, of 32 (121 and 244 µs)
 * 1.2 times at best and nothing where another program has one of the two processors.
 */
const leastSaving = { awake: 250_000, afterPause: 500_000 }
const pauseMilliseconds = 1

/** Longer than this, by estimate in nanoseconds, the calling thread is not to be kept from its other work. */
const longestHere = 1_500_000

/**
 * Shorter than this on all threads, by estimate in nanoseconds, the calling thread leads itself, with turns for its other
 * work in between: at the end it need not be woken while the workers hold all processors. Runs of 7 to 14 ms became 0.3 to
 * 0.6 ms shorter. By an order, longer ones lose about a hundredth at most, and leave the thread free. A thread that has work of its own meanwhile
 * leads for a shorter time: cifar-small trained at 4,330 images/s ordered and at 4,070 led (the best of two epochs).
 */
const longestLed = { idle: 50_000_000, busy: 4_000_000 }

/**
 * What a call loses by being shared: 0.2–0.5 µs for the meeting, more for values that the other's cache holds. ReLU in the
 * cache, 512 KiB in and out, took 5.0 µs alone and 5.6–10 µs shared.
 */
const nanosecondsPerSharing = 4_000

/** Waking a worker costs the leader about 5 µs; a call wakes one for each of these portions of estimated work. */
const nanosecondsPerWaking = 5_000

/** @throws {WorkerStartError} not all of them could be started; none is left behind */
export async function startWorkers(start: RunnerStart, threads: number): Promise<Runner> {
  const runner = new WorkerRunner(start, threads, await startInline(start, wakingFor))
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
  readonly #inline: InlineRunner
  readonly #words: Int32Array
  /** Estimated nanoseconds of all calls before each, and what a second worker would save of them. */
  readonly #time: readonly number[]
  readonly #saving: readonly number[]
  readonly #workers: PlatformWorker[] = []
  #starting: number
  #failure: Error | undefined
  /** When the last run ended. */
  #lastEnd = Number.NEGATIVE_INFINITY
  /** Whoever waits for the start, later for a run. */
  #pending: Pending | undefined

  constructor(start: RunnerStart, threads: number, inline: InlineRunner) {
    this.#start = start
    this.#inline = inline
    this.threads = threads
    this.#starting = threads
    this.#words = new Int32Array(start.memory.buffer)
    this.#time = sumsBefore(start.calls.map(({ nanoseconds }) => nanoseconds))
    this.#saving = sumsBefore(start.calls.map(savingOf))
    this.ready = this.#wait()
    try {
      for (let index = 0; index < threads; index++) this.#add(index)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  async run(range: CallRange): Promise<void> {
    if (this.#failure) throw this.#failure
    if (range.from >= range.to) return
    const manner = this.#mannerOf(range)
    if (manner === 'order') await this.#order(range)
    else {
      try {
        if (manner === 'alone') await this.#inline.run(range)
        else await this.#inline.lead(range, () => this.#failure)
      } catch (error) {
        this.#fail(error as Error)
        throw error
      }
    }
    this.#lastEnd = platform.now()
  }

  async dispose(): Promise<void> {
    this.#failure ??= new WorkerLostError('the workers were ended')
    this.#tell({ from: 0, to: -1 })
    const state = (this.#start.control + controlWords.state) >> 2
    Atomics.add(this.#words, state, stateChange)
    Atomics.notify(this.#words, state)
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #mannerOf({ from, to }: CallRange): 'alone' | 'lead' | 'order' {
    if (this.#start.alwaysShare) return 'order'
    const over = (sums: readonly number[]) => (sums[to] ?? 0) - (sums[from] ?? 0)
    const time = over(this.#time)
    const isAwake = platform.now() - this.#lastEnd < pauseMilliseconds
    if (over(this.#saving) < leastSaving[isAwake ? 'awake' : 'afterPause'] && time < longestHere) return 'alone'
    const { callerIsBusy = false } = this.#start
    return time < longestLed[callerIsBusy ? 'busy' : 'idle'] * this.threads ? 'lead' : 'order'
  }

  #order(range: CallRange): Promise<void> {
    const done = this.#wait()
    this.#tell(range)
    // One of them is enough to keep the process until the run is over; between runs none does.
    this.#workers[0]?.keepAlive(true)
    return done
  }

  /** Wakes the leader for calls [from, to); a negative `to` ends all waiting. */
  #tell({ from, to }: CallRange): void {
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
      modules: this.#start.modules,
      memory: this.#start.memory,
      calls: boundCalls(this.#start, index, wakingFor),
      leads: index === 0,
      control,
      words: controlWords,
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

  /** Others may wait for the one that failed, so all of them end. */
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

function sumsBefore(values: readonly number[]): number[] {
  let sum = 0
  const sums = values.map((value) => {
    sum += value
    return sum
  })
  return [0, ...sums]
}

function savingOf({ tiles, nanoseconds }: ScheduledCall): number {
  return tiles < 2 ? 0 : Math.max(0, nanoseconds / 2 - nanosecondsPerSharing)
}

/** How many sleeping workers a call is worth waking; undefined where its tiles cannot be shared. */
function wakingFor({ tiles, nanoseconds }: ScheduledCall): number | undefined {
  return tiles < 2 ? undefined : Math.floor(nanoseconds / nanosecondsPerWaking)
}

function lost(index: number, cause: Error): WorkerLostError {
  return new WorkerLostError(`worker ${index} ended by itself`, {
    received: String(cause),
    advice: 'dispose of this model and make it again; if memory is short, take a smaller batch',
    cause,
  })
}
