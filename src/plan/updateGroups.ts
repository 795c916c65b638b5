/** The optimizer, the decay and the scalars of each weight that learns. */

import { headsIn } from '../network/fitHead.ts'
import { type Optimizer, resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import { scalarsSpec } from '../ops/scalars.ts'
import type { Base, GroupScalars } from './composition.ts'
import type { DraftValue } from './draft.ts'
import type { TrainingGoal } from './goal.ts'
import { groupsByWeight } from './groups.ts'
import type { DraftParameter } from './lower.ts'

export interface UpdateGroup {
  readonly optimizer: Optimizer
  readonly scalars: DraftValue
  readonly decay: 'weights' | 'all'
}

export interface UpdateGroups {
  /** All scalars, the goal's own first: the guard and clipping go over all. */
  readonly all: readonly DraftValue[]
  readonly others: readonly GroupScalars[]
  of(parameter: DraftParameter): UpdateGroup
}

/** @param scalars of the weights that learn as the goal says */
export function updateGroups({ draft, nodes, learned }: Base, goal: TrainingGoal, scalars: DraftValue): UpdateGroups {
  const { groups = [] } = goal
  const byWeight = groupsByWeight(nodes, groups)
  const heads = new Set(headsIn(nodes))
  const optimizers = [...groups, goal].map(({ optimizer }) => resolveOptimizer(optimizer ?? goal.optimizer))
  const others = new Map<string, GroupScalars>()
  const found = new Map<string, UpdateGroup>()
  for (const { name, value, spec, node } of learned) {
    const group = byWeight.get(name)
    const main = optimizers[group ?? groups.length] as Optimizer
    const optimizer = main.of({ ...value, decays: spec.decays, isHead: heads.has(node) })
    const isOther = optimizer !== main
    const decay = (group === undefined ? undefined : groups[group]?.decay) ?? goal.decay
    if (group === undefined && !isOther) {
      found.set(name, { optimizer, scalars, decay })
      continue
    }
    const key = `${group}/${isOther}`
    const made = others.get(key) ?? {
      ...(group !== undefined && { group }),
      isOther,
      value: draft.value(`scalars.${others.size + 1}`, 'scalars', scalarsSpec),
    }
    others.set(key, made)
    found.set(name, { optimizer, scalars: made.value, decay })
  }
  const all = [scalars, ...[...others.values()].map(({ value }) => value)]
  return { all, others: [...others.values()], of: ({ name }) => found.get(name) as UpdateGroup }
}
