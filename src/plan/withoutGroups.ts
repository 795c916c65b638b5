/**
 * In the place of groups.ts, updateGroups.ts and means.ts in files for pages, which keep their size down by leaving groups of
 * weights, sums of gradients and means of weights out.
 */

import { resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import type { Value } from '../ops/types.ts'
import type { Base } from './composition.ts'
import type { DraftValue } from './draft.ts'
import type { TrainingGoal } from './goal.ts'
import type { GroupGoal } from './groups.ts'
import { refuse } from './leftOut.ts'
import type { UpdateGroups } from './updateGroups.ts'

export const frozenWeights = (): ReadonlySet<string> => new Set()

/** Throws `ArgumentError` where there are groups. */
export function checkGroups(groups: readonly GroupGoal[], accumulate: number): void {
  refuse({ groups, accumulate: accumulate === 1 ? undefined : accumulate })
}

/** Throws `ArgumentError` for means. */
export function updateGroups(
  _base: Base,
  { ema, lookahead, ...goal }: TrainingGoal,
  scalars: DraftValue,
): UpdateGroups {
  refuse({ ema, lookahead })
  const group = { optimizer: resolveOptimizer(goal.optimizer), scalars, decay: goal.decay }
  return { all: [scalars], others: [], of: () => group }
}

export const addSum = (_base: Base, _goal: TrainingGoal, { gradient }: { gradient: Value }): Value => gradient

export const addMeans = (): void => {}
