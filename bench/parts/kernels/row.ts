/** A row of the tables: a step of one op, as the plan of a real network has it. */

import type { ArraySpec, Attributes, Op } from '../../../src/ops/types.ts'

export interface KernelRow {
  readonly name: string
  /** On what, for people; unique together with the name. */
  readonly shape: string
  readonly op: Op<Attributes>
  readonly attributes: Attributes
  readonly inputs: readonly ArraySpec[]
  readonly updates: readonly ArraySpec[]
  /** A way to compute it by its name; default: the kernel's own choice. */
  readonly way?: string
  /** Arrays of inputs, then updates, whose values are positive: variances, mean squares, numbers of an optimizer. */
  readonly positive: readonly number[]
}

/** Keeps the attributes of each row checked against its op while rows of many ops share a list. */
export function kernelRow<A extends Attributes>(row: {
  readonly name: string
  readonly shape: string
  readonly op: Op<A>
  readonly attributes: NoInfer<A>
  readonly inputs: readonly ArraySpec[]
  readonly updates?: readonly ArraySpec[]
  readonly way?: string
  readonly positive?: readonly number[]
}): KernelRow {
  return { updates: [], positive: [], ...row, op: row.op as unknown as Op<Attributes> }
}
