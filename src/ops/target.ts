/**
 * What a plan must know of the device that will run it: how memory is laid out, and which bytes each step needs in addition to
 * its arrays. How the device computes a step is not here.
 */

import type { StepKind } from './ops.ts'
import type { Attributes, StepSpec } from './types.ts'

/** Bytes that a step needs in addition to its arrays. All are in the plan before anything runs. */
export interface Workspace {
  /** Made from the step's parameters alone (packed filters), and kept as long as these do not change. */
  readonly prepared?: number
  /** Shared by the workers, for the length of the step. */
  readonly shared?: number
  /** For each worker, for the length of a call. */
  readonly perThread?: number
}

export interface Target {
  readonly name: string
  /** Every buffer starts at a multiple of these bytes. */
  readonly alignment: number
  /** The arena is a multiple of these bytes. */
  readonly granule: number
  /** Bytes at the arena's start that belong to the device (control block). */
  readonly head: number
  /** The most bytes that the device can address as one arena; absent: no limit of its own. */
  readonly segmentLimit?: number
  /** Workers, each of which gets a scratch of its own. Never changes a result. */
  readonly threads: number
  /** Only methods whose rounding error is that of the plain sum. */
  readonly exact: boolean
  /**
   * What a step needs. `largest` is the number of pictures of the plan's largest run: smaller runs use what was prepared
   * for it.
   */
  workspace(kind: StepKind, step: StepSpec<Attributes>, largest: number): Workspace
}
