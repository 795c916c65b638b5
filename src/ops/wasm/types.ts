/** What a kernel for the WebAssembly device is: the calls of exported AssemblyScript functions that a step comes to. */

import type { Workspace } from '../target.ts'
import type { StepSpec } from '../types.ts'

/** Byte addresses in the arena. */
export interface WasmAddresses {
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly updates: readonly number[]
  /** Address of the prepared, and of the shared workspace; 0 where the kernel asked for none. */
  readonly prepared: number
  readonly shared: number
}

/** What the choice between ways to compute a step depends on, apart from the step itself. A pure function of the plan. */
export interface WasmContext {
  /** Only methods whose rounding error is that of the plain sum. */
  readonly exact: boolean
  /** Pictures of the plan's largest run; smaller runs use the filters that were prepared for it. Absent: this run's. */
  readonly largest?: number
  /**
   * Threads that the plan is for; absent: 1. Only how work is cut may depend on it, never the order of a sum: the bits are
   * the same for any number.
   */
  readonly threads?: number
  /** A way by its name, for tests that compare ways; absent: the kernel's own choice. */
  readonly way?: string
}

/**
 * One call of an exported kernel. The runner appends `tiles, counter, scratch`: workers take tiles from the counter until
 * none is left, and the next call begins when all that took part are done. Which workers do is not known beforehand: what
 * one call leaves in a worker's scratch is not there for the next.
 */
export interface WasmCall {
  /** Name of an exported AssemblyScript function (`src/ops/<op>/kernel.as.ts`). */
  readonly kernel: string
  readonly args: readonly number[]
  readonly tiles: number
}

export interface WasmCalls {
  /** Fill the prepared workspace, ahead of `run`, whenever the parameters have changed. The shared one is theirs, too. */
  readonly prepare?: readonly WasmCall[]
  readonly run: readonly WasmCall[]
}

export interface WasmKernel<A> {
  /**
   * How many times larger than that of the plain sum (the reference's) this kernel's rounding error may be; 1 if absent.
   * Only for methods that trade exactness for speed; a derived bound, not a measured figure. Tests allow for it.
   */
  amplification?(step: StepSpec<A>, context: WasmContext): number
  workspace?(step: StepSpec<A>, context: WasmContext): Workspace
  calls(step: StepSpec<A>, at: WasmAddresses, context: WasmContext): WasmCalls
}
