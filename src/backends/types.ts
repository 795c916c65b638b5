/** What a backend is: it binds a plan to memory and runs its steps. It never sees a layer. */

import type { TypedArray } from '../ops/arrays.ts'
import type { Target } from '../ops/target.ts'
import type { Plan, SectionName } from '../plan/types.ts'

export interface Backend {
  readonly name: string
  /** What a plan for this backend must know of the device. */
  target(options: { readonly threads?: number; readonly exact?: boolean }): Target
  /** One sentence: what is expected to run, before anything is bound. */
  describe(threads: number): string
  /** Allocates exactly `plan.arenaBytes` and readies every step. Throws `MemoryError` where that much is not to be had. */
  bind(plan: Plan): Promise<Program>
}

/** What of a plan is to be run. */
export interface RunOptions {
  /** Default: the plan's first section. */
  readonly section?: SectionName
  /** Steps [from, to) within the section; default: all of it. */
  readonly from?: number
  readonly to?: number
  /** One of the section's `sizes`: only the first of the batch's pictures are computed. Default: the batch. */
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
  /** How products are added, in words: programs that differ in it give other bits. Undefined: it is always the same. */
  readonly rounding?: string
  /** Bytes really allocated for the arena, as the memory itself says. */
  readonly allocatedBytes: number
  /**
   * A copy of a buffer's values as they are when the runs asked for before are done. `into`: an array of the same type for
   * the first of them, as many as it has.
   */
  read(buffer: number, into?: TypedArray): Promise<TypedArray>
  /**
   * The values themselves, where the memory is the host's: valid while the program lives, and changing while it runs. Read
   * only: write with `write`, so that nothing prepared goes stale.
   */
  view?(buffer: number): TypedArray
  /**
   * As many values as the buffer has; of data (pictures, labels) also fewer, those of a batch's first pictures. Takes effect
   * after the runs and readings that were asked for before, with the values as they are at the call.
   */
  write(buffer: number, values: ArrayLike<number>): void
  /** Runs wait for each other. Throws `ArgumentError` for steps or a number of pictures that the plan does not have. */
  run(options?: RunOptions): Promise<void>
  /** Frees memory and ends workers, after what was asked for before. Idempotent. Every later call throws `DisposedError`. */
  dispose(): Promise<void>
}
