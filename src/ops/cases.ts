/**
 * What an op's `cases.ts` declares: rows of attributes and shapes on which every backend is compared with the reference,
 * gradients are checked by finite differences, and (rows with `bench`) speed is measured. One row serves all three.
 */

import type { Random } from '../core/random.ts'
import type { ArraySpec, Attributes, Op } from './types.ts'

export interface OpCase<A extends Attributes = Attributes> {
  readonly name: string
  readonly op: Op<A>
  readonly attributes: NoInfer<A>
  readonly inputs: readonly ArraySpec[]
  readonly updates?: readonly ArraySpec[]
  /** Values added up for one output: the tolerance is ε₃₂ · terms · (largest reference magnitude), see the op contract. */
  readonly terms: number
  /** Values of `inputs` (then `updates`); standard normal where it returns undefined or is absent. */
  fill?(random: Random, array: number, element: number): number | undefined
  /** Why finite differences say nothing here (kinks, integer inputs); absent means they are checked. */
  readonly noDifferences?: string
  /** Inputs that the gradient rule treats as constants (statistics): it must give them no gradient. */
  readonly constant?: readonly number[]
  /** A device's way of computing it, by its name, for cases that compare ways; default: the device's own choice. */
  readonly way?: string
  /** Pictures of the largest run that shares what is prepared; default: as many as `inputs` hold. */
  readonly largest?: number
  /** Threads that the work is cut for; default: 1. */
  readonly threads?: number
  /** A real network's layer: timed by the benchmark. */
  readonly bench?: string
}

/** Keeps the attribute type of each row checked against its op while rows of many ops share a list. */
export function opCase<A extends Attributes>(row: OpCase<A>): OpCase {
  return row as unknown as OpCase
}
