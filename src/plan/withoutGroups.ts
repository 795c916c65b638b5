/**
 * In the place of groups.ts, updateGroups.ts and means.ts in files for pages, which keep their size down by leaving groups of weights, sums of
 * gradients and means of weights out.
 */

import { ArgumentError } from '../core/errors.ts'
import { resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import type { Value } from '../ops/types.ts'
import type { Base } from './composition.ts'
import type { DraftValue } from './draft.ts'
import type { TrainingGoal } from './goal.ts'
import type { GroupGoal } from './groups.ts'
import type { UpdateGroups } from './updateGroups.ts'

export function frozenWeights(): ReadonlySet<string> {
  return new Set()
}

/** Throws `ArgumentError` where there are groups. */
export function checkGroups(groups: readonly GroupGoal[]): void {
  if (Array.isArray(groups) && groups.length === 0) return
  throw leftOut('groups')
}

/** Throws `ArgumentError` for what is left out. */
export function updateGroups(_base: Base, goal: TrainingGoal, scalars: DraftValue): UpdateGroups {
  for (const name of ['groups', 'accumulate', 'ema', 'lookahead'] as const)
    if (goal[name] !== undefined) throw leftOut(name)
  const group = { optimizer: resolveOptimizer(goal.optimizer), scalars, decay: goal.decay }
  return { all: [scalars], others: [], of: () => group }
}

export const addSum = (_base: Base, _goal: TrainingGoal, { gradient }: { gradient: Value }): Value => gradient

export const addMeans = (): void => {}

function leftOut(what: string): ArgumentError {
  return new ArgumentError(`lenslet.browser.js has no ${what}`, {
    received: `a training with ${what}`,
    expected: 'one without groups of weights, accumulation and means of weights',
    advice: 'bundle the package lenslet with Vite or another bundler, which has all of it',
  })
}
