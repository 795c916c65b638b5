/** Runs calls on the calling thread, one after the other: with one thread no worker could do it sooner. */

import { platform } from '#platform'
import { controlWords } from './control.ts'
import { KernelTrapError } from './errors.ts'
import { boundCalls, type Kernel, type Kernels, type Runner, type RunnerStart } from './runner.ts'
import type { CallRange } from './schedule.ts'

/** A loop that awaits nothing but runs would keep timers, signals and painting waiting: they get a turn so often. */
const turnMilliseconds = 30

/** @throws {KernelTrapError} by `run` */
export async function startInline(start: RunnerStart): Promise<Runner> {
  const env = { memory: start.memory }
  const instances = await Promise.all(start.modules.map((module) => WebAssembly.instantiate(module, { env })))
  const kernels = Object.assign({}, ...instances.map(({ exports }) => exports)) as Kernels
  const bound = boundCalls(start, 0).map(({ kernel, args }) => ({ run: kernels[kernel] as Kernel, args }))
  const words = new Int32Array(start.memory.buffer)
  const counter = (start.control + controlWords.aloneCounter) >> 2
  let failure: KernelTrapError | undefined
  let lastTurn = platform.now()

  function execute({ from, to }: CallRange): void {
    let at = from
    try {
      for (; at < to; at++) {
        const call = bound[at] as (typeof bound)[number]
        call.run(...call.args)
        words[counter] = 0
      }
    } catch (error) {
      failure = new KernelTrapError(start.placeOf(at), String(error))
    }
  }

  return {
    threads: 1,
    async run(range) {
      if (platform.now() - lastTurn > turnMilliseconds) {
        await platform.nextTurn()
        lastTurn = platform.now()
      }
      if (!failure) execute(range)
      if (failure) throw failure
    },
    async dispose() {},
  }
}
