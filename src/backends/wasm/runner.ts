/** What executes ranges of kernel calls on one memory: the calling thread by itself, or several workers. */

import type { WasmCall } from '../../ops/index.ts'
import type { TrapPlace } from './errors.ts'
import type { KernelExports } from './gen/kernels.gen.ts'
import type { CallRange } from './schedule.ts'

export interface Runner {
  readonly threads: number
  /** One at a time. Rejects with `KernelTrapError` or `WorkerLostError`; after that every run does. */
  run(range: CallRange): Promise<void>
  dispose(): Promise<void>
}

export interface RunnerStart {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly calls: readonly WasmCall[]
  /** Address of the control block. */
  readonly control: number
  readonly scratch: { readonly offset: number; readonly bytesPerThread: number }
  /** Whom a call works for. */
  placeOf(call: number): TrapPlace
}

/** A module's functions, seen from a list of calls. */
export type Kernels = Pick<KernelExports, 'barrier' | 'awaitChange'> & Readonly<Record<string, Kernel>>
export type Kernel = (...args: number[]) => unknown

/** A call with all its arguments, for one worker. */
export interface BoundCall {
  readonly kernel: string
  readonly args: readonly number[]
}

export function boundCalls(start: RunnerStart, worker: number): BoundCall[] {
  const scratch = start.scratch.offset + worker * start.scratch.bytesPerThread
  return start.calls.map(({ kernel, args, tiles }) => ({ kernel, args: [...args, tiles, start.control, scratch] }))
}
