/** The options of a plan other than its goal, checked and with their defaults. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions, type OptionNames } from '../core/options.ts'
import type { Target } from '../ops/target.ts'
import type { Recompute } from './recompute/choose.ts'
import type { PlanOptions } from './types.ts'

/** All options of a plan. */
export const planOptionNames: OptionNames<PlanOptions> = {
  goal: true,
  batch: true,
  taps: true,
  frozen: true,
  exact: true,
  recompute: true,
  threads: true,
  target: true,
  mode: true,
  optimizer: true,
  decay: true,
  clipNorm: true,
  labelSmoothing: true,
}

export interface ResolvedOptions {
  readonly batch: number
  readonly taps: readonly string[]
  readonly frozen: readonly string[]
  readonly target: Target
  /** Undefined: every activation is kept. */
  readonly recompute: Recompute | undefined
}

/** Throws `ArgumentError`. */
export function resolveOptions({
  batch = 1,
  taps = [],
  frozen = [],
  target,
  recompute = false,
}: PlanOptions & Pick<ResolvedOptions, 'target'>): ResolvedOptions {
  whole(batch, 'batch', 2 ** 24)
  whole(target.threads, 'threads', 256)
  return { batch, taps, frozen, target, recompute: recomputeOf(recompute) }
}

function recomputeOf(recompute: NonNullable<PlanOptions['recompute']>): Recompute | undefined {
  if (typeof recompute === 'boolean') return recompute || undefined
  if (typeof recompute !== 'object' || recompute === null || !(recompute.memory > 0)) {
    throw new ArgumentError('recompute is invalid', {
      received: JSON.stringify(recompute),
      expected: 'true, false or { memory: 4e9 }, a positive number of bytes',
    })
  }
  checkOptions('recompute', recompute, { memory: true })
  return { memory: recompute.memory }
}

function whole(value: number, name: string, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw new ArgumentError(`${name} must be a whole number from 1 to ${most}`, {
    received: `${value}`,
    expected: `${name} ≥ 1`,
  })
}
