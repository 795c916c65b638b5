/** What the tables of rounding errors share. */

import type { StepKind } from '../../src/ops/ops.ts'
import type { Attributes, ReferenceData, StepSpec } from '../../src/ops/types.ts'

/** For each output, then for each update: what each of its elements may be off. Undefined where nobody can tell. */
export type Bounds = readonly (number | Float64Array)[] | undefined

/** A step that was computed by the reference. */
export interface Computed {
  readonly kind: StepKind
  readonly step: StepSpec<Attributes>
  /** Inputs as they were, outputs and updates as the reference has left them. */
  readonly data: ReferenceData
  /** Updates as they were. */
  readonly before: readonly Float64Array[]
}

export type BoundRow = (computed: Computed) => Bounds

/** Half a unit in the last place of 1 as float32. */
export const epsilon = 2 ** -24
