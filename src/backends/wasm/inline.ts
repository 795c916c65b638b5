/**
 * Runs calls on the calling thread, one after the other: with one thread no worker could do it sooner. Where there are
 * workers, it can lead them, too.
 */

import { platform } from '#platform'
import { controlWords, stateInside, stateOpen } from './control.ts'
import { KernelTrapError } from './errors.ts'
import { boundCalls, type Kernel, type Kernels, type Runner, type RunnerStart } from './runner.ts'
import type { CallRange, ScheduledCall } from './schedule.ts'
import { Sharing } from './sharing.ts'

/** A loop that awaits nothing but runs would keep timers, signals and painting waiting: they get a turn so often. */
const turnMilliseconds = 30

/** The same within a run that this thread leads: in a page, a frame is drawn every 16 ms. A turn takes 1.4 µs in Node. */
const ledTurnMilliseconds = 4

/** Looks at a follower that is still inside, about 0.1 ms, before the calling thread turns to its other work in between. */
const mostLooks = 50_000

export interface InlineRunner extends Runner {
  /**
   * As `run`, with this thread as the leader of workers that follow. It never sleeps, so a page may do it, and whether a
   * follower was lost is asked of `failureOf` while this waits for one.
   */
  lead(range: CallRange, failureOf: () => Error | undefined): Promise<void>
}

/**
 * @param wakingFor how many workers a call is worth waking when led; undefined where it is run alone. Absent: all are
 * @throws {KernelTrapError} by `run` and `lead`
 */
export async function startInline(
  start: RunnerStart,
  wakingFor?: (call: ScheduledCall) => number | undefined,
): Promise<InlineRunner> {
  const env = { memory: start.memory }
  const instances = await Promise.all(start.modules.map((module) => WebAssembly.instantiate(module, { env })))
  const kernels = Object.assign({}, ...instances.map(({ exports }) => exports)) as Kernels
  const bind = (waking?: typeof wakingFor) =>
    boundCalls(start, 0, waking).map(({ kernel, ...call }) => ({ run: kernels[kernel] as Kernel, ...call }))
  const alone = bind()
  const led = wakingFor === undefined ? alone : bind(wakingFor)
  const words = new Int32Array(start.memory.buffer)
  const counter = (start.control + controlWords.aloneCounter) >> 2
  const state = (start.control + controlWords.state) >> 2
  const sharing = new Sharing()
  let failure: Error | undefined
  let lastTurn = platform.now()

  /** After a turn for other work, if one is due; once something has failed, nothing runs any more. */
  async function inTurns(run: () => void | Promise<void>) {
    if (platform.now() - lastTurn > turnMilliseconds) {
      await platform.nextTurn()
      lastTurn = platform.now()
    }
    if (failure) throw failure
    try {
      await run()
    } catch (error) {
      failure = error as Error
      throw error
    }
  }

  function execute({ run, args }: (typeof alone)[number], at: number) {
    try {
      run(...args)
    } catch (error) {
      throw new KernelTrapError(start.placeOf(at), String(error))
    }
  }

  function runAlone(at: number) {
    execute(alone[at] as (typeof alone)[number], at)
    words[counter] = 0
  }

  async function leadAll({ from, to }: CallRange, failureOf: () => Error | undefined) {
    let now = platform.now()
    let turned = now
    const giveTurn = async () => {
      await platform.nextTurn()
      const lost = failureOf()
      if (lost) throw lost
      turned = platform.now()
    }
    for (let at = from; at < to; at++) {
      const call = led[at] as (typeof led)[number]
      if (now - turned > ledTurnMilliseconds) {
        await giveTurn()
        now = turned
      }
      if (call.wake === undefined || !sharing.pays(now)) {
        runAlone(at)
        now = platform.now()
        continue
      }
      const opened = now
      kernels.openCall(start.control, at, call.wake)
      execute(call, at)
      const done = platform.now()
      if (!isLeft()) {
        do await giveTurn()
        while (!isEmpty())
      }
      now = platform.now()
      sharing.add(now - opened, now - done, now)
    }
  }

  /** Closes the open call, and looks whether all who joined it have left. */
  function isLeft(): boolean {
    if ((Atomics.and(words, state, ~stateOpen) & stateInside) === 0) return true
    for (let look = 0; look < mostLooks; look++) if (isEmpty()) return true
    return false
  }

  const isEmpty = () => (Atomics.load(words, state) & stateInside) === 0

  return {
    threads: 1,
    run: ({ from, to }) =>
      inTurns(() => {
        for (let at = from; at < to; at++) runAlone(at)
      }),
    lead: (range, failureOf) => inTurns(() => leadAll(range, failureOf)),
    async dispose() {},
  }
}
