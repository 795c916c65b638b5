/** Chains of calls for tests of those who run them, and what they left behind. */

import { controlWords } from '../control.ts'
import { startInline } from '../inline.ts'
import { allocate } from '../memory.ts'
import { kernelModule } from '../modules.ts'
import type { RunnerStart } from '../runner.ts'
import type { ScheduledCall } from '../schedule.ts'
import { startWorkers } from '../workers.ts'

export const length = 1000
const chunk = 24
export const slack = 256
export const first = 4096
const second = first + (length + slack) * 4
export const arenaBytes = 65536

/** Estimates: worth an order of its own, and not worth one even a thousand times over. */
export const long = 2e8
export const short = 100
/** Of some hundred calls: worth sharing, and so short that the calling thread leads. */
export const brief = 2e4

/** Each call reads what other tiles of the call before it wrote, so a worker that runs ahead spoils the values. */
export function shiftedChain(count: number, nanoseconds = long): ScheduledCall[] {
  return Array.from({ length: count }, (_, call) => {
    const [from, to] = call % 2 === 0 ? [first, second] : [second, first]
    return {
      kernel: 'lreluForward',
      args: [from + 4 * ((call * 37) % slack), to, length, -1.5 + (call % 3), chunk],
      tiles: Math.ceil(length / chunk),
      nanoseconds,
    }
  })
}

export async function startOf(calls: readonly ScheduledCall[], shared: boolean): Promise<RunnerStart> {
  const memory = allocate(arenaBytes, shared)
  const values = new Float32Array(memory.buffer, first, 2 * (length + slack))
  values.forEach((_, i) => {
    values[i] = Math.sin(i) * 3
  })
  return {
    memory,
    modules: [await kernelModule(shared ? 'relaxed-shared' : 'relaxed-single')],
    calls,
    control: 0,
    scratch: { offset: 0, bytesPerThread: 0 },
    placeOf: (call) => ({ kernel: calls[call]?.kernel ?? '', step: 2 * call, node: `relu${call}` }),
  }
}

/** Calls that were opened to several workers until now. */
export const opened = ({ memory, control }: RunnerStart) =>
  (new Int32Array(memory.buffer)[(control + controlWords.state) >> 2] as number) >>> 17

/** Orders that the leading worker was given. */
export const ordered = ({ memory, control }: RunnerStart) =>
  new Int32Array(memory.buffer)[(control + controlWords.order) >> 2] as number

export const start = (of: RunnerStart, threads: number) => (threads === 1 ? startInline(of) : startWorkers(of, threads))

export async function valuesAfter(threads: number, calls: ScheduledCall[], orders: [from: number, to: number][]) {
  const of = await startOf(calls, threads > 1)
  const runner = await start(of, threads)
  for (const [from, to] of orders) await runner.run({ from, to })
  await runner.dispose()
  return new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()
}
