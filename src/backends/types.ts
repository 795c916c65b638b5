/** What a backend is: it binds a plan to memory and runs its steps. It never sees a layer. */

import type { Plan } from '../plan/types.ts'

export interface Backend {
  readonly name: string
  /** Allocates exactly `plan.arenaBytes` and readies every step. Throws `MemoryError` where that much cannot be had. */
  bind(plan: Plan): Promise<Program>
}

/** What of a plan is to be run. */
export interface RunOptions {
  /** Steps [from, to); default: all. */
  readonly from?: number
  readonly to?: number
  /** One of the plan's `sizes`: only the first so many pictures are computed. Default: the batch. */
  readonly pictures?: number
}

/** A plan bound to memory. */
export interface Program {
  readonly plan: Plan
  readonly backend: string
  /** Workers that really run: fewer than the plan reserved where memory cannot be shared. */
  readonly threads: number
  /** One sentence: which kernels, how many threads, and why not more. */
  readonly description: string
  /** Bytes really allocated for the arena, as the memory itself says. */
  readonly allocatedBytes: number
  /** A buffer's values as they are now. Read only: write with `write`, so that nothing prepared goes stale. */
  read(buffer: number): Float32Array | Int32Array
  /** As many values as the buffer has; of data (pictures, labels) also fewer, those of a batch's first pictures. */
  write(buffer: number, values: ArrayLike<number>): void
  /** Runs wait for each other. Throws `ArgumentError` for steps or a number of pictures that the plan has not. */
  run(options?: RunOptions): Promise<void>
  /** Frees memory and ends workers. Idempotent. */
  dispose(): Promise<void>
}
