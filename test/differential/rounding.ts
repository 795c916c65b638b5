/** What the tables of rounding errors share. */

import type { Attributes, ReferenceData, StepSpec } from '../../src/ops/types.ts'

/** For each output, then for each update: what each of its elements may be off. Undefined where nobody can tell. */
export type Bounds = readonly (number | Float64Array)[] | undefined

/** `data`: inputs as they were, outputs and updates as the reference has left them; `before`: updates as they were. */
export type BoundRow = (step: StepSpec<Attributes>, data: ReferenceData, before: readonly Float64Array[]) => Bounds

/** Half a unit in the last place of 1 as float32. */
export const epsilon = 2 ** -24
