/** Executes ranges of kernel calls on one memory: on the calling thread alone, or with several workers. */

import { controlWords } from './control.ts'
import type { TrapPlace } from './errors.ts'
import type { KernelExports } from './gen/modules.gen.ts'
import type { CallRange, ScheduledCall } from './schedule.ts'

export interface Runner {
  readonly threads: number
  /** One at a time. Rejects with `KernelTrapError` or `WorkerLostError`; after that every run does. */
  run(range: CallRange): Promise<void>
  dispose(): Promise<void>
}

export interface RunnerStart {
  /** Whose functions the calls are; the first has those by which threads meet. */
  readonly modules: readonly WebAssembly.Module[]
  readonly memory: WebAssembly.Memory
  readonly calls: readonly ScheduledCall[]
  /** Address of the control block. */
  readonly control: number
  readonly scratch: { readonly offset: number; readonly bytesPerThread: number }
  /** The calling thread has other work during a run: a training's next batch. */
  readonly callerIsBusy?: boolean
  /** Leave nothing to the calling thread, however short. */
  readonly alwaysShare?: boolean
  /** Whom a call works for. */
  placeOf(call: number): TrapPlace
}

/** A module's functions, seen from a list of calls. */
type Sync = 'openCall' | 'shutCall' | 'joinCall' | 'leaveCall' | 'awaitChange'
export type Kernels = Pick<KernelExports, Sync> & Readonly<Record<string, Kernel>>
export type Kernel = (...args: number[]) => unknown

/** A call with all its arguments, for one worker. */
export interface BoundCall {
  readonly kernel: string
  readonly args: readonly number[]
  /** How many sleeping workers it is worth waking; absent where one thread runs it alone. */
  readonly wake?: number
}

/** The calls as `worker` runs them; all of them alone unless `wakingFor` says how many workers to wake. */
export function boundCalls(
  { calls, scratch, control }: RunnerStart,
  worker: number,
  wakingFor?: (call: ScheduledCall) => number | undefined,
): BoundCall[] {
  const own = scratch.offset + worker * scratch.bytesPerThread
  return calls.map((call) => {
    const { kernel, args, tiles } = call
    const wake = wakingFor?.(call)
    if (wake === undefined) return { kernel, args: [...args, tiles, control + controlWords.aloneCounter, own] }
    return { kernel, args: [...args, tiles, control + controlWords.counter, own], wake }
  })
}
