/**
 * What each op means. Reached by a dynamic import only: a page that never asks for this backend does not load it.
 */

import { ops, type StepKind } from '../../ops/ops.ts'
import type { Attributes, ReferenceKernel } from '../../ops/types.ts'

export function referenceOf(kind: StepKind): ReferenceKernel<Attributes> {
  return ops[kind].reference
}
