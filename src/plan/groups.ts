/** Groups of weights that learn by rules of their own: which weights a name means, and the scalars of each group. */

import { ArgumentError } from '../core/errors.ts'
import { headsIn } from '../network/fitHead.ts'
import type { SizedNode } from '../network/volumes.ts'
import { type Optimizer, type OptimizerSettings, resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import { scalarsSpec } from '../ops/scalars.ts'
import type { Base } from './composition.ts'
import type { DraftValue } from './draft.ts'
import type { TrainingGoal } from './goal.ts'
import type { DraftParameter } from './lower.ts'
import { matching, noSuchLayer } from './nodes.ts'

/** Weights that do not learn as the goal's optimizer says. Of the groups that name a weight, the first counts. */
export interface GroupGoal {
  /** What `weightsNamed` takes. */
  readonly weights: readonly string[]
  /** Default: the goal's. */
  readonly optimizer?: OptimizerSettings
  /** Default: the goal's. */
  readonly decay?: 'weights' | 'all'
  /** They keep their values: no gradient, no state. */
  readonly frozen?: true
}

/** The scalars of some weights: the host writes the rate of their group into it. */
export interface GroupScalars {
  /** Index in the goal's groups; absent: the weights that no group names. */
  readonly group?: number
  /** True for weights that the optimizer leaves to another one (`Optimizer.others`). */
  readonly isOther: boolean
  readonly value: DraftValue
}

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

/** Weights by what they are. A layer of the same name comes first. */
const kinds: Readonly<Record<string, (weight: NamedWeight) => boolean>> = {
  head: ({ isHead }) => isHead,
  filters: ({ decays }) => decays,
  biases: ({ decays, hasFilters }) => !decays && hasFilters,
  norms: ({ decays, hasFilters }) => !decays && !hasFilters,
}

interface NamedWeight {
  readonly node: string
  /** `conv1.filters` */
  readonly name: string
  readonly decays: boolean
  readonly isHead: boolean
  /** Whether its layer has weights that decay. */
  readonly hasFilters: boolean
}

function learnedWeights(nodes: readonly SizedNode[]): readonly NamedWeight[] {
  const heads = new Set(headsIn(nodes))
  return nodes.flatMap(({ node, parameters }) => {
    const learned = parameters.filter(({ role }) => role === 'learned')
    const hasFilters = learned.some(({ decays }) => decays)
    const common = { node: node.name, isHead: heads.has(node.name), hasFilters }
    return learned.map(({ name, decays }) => ({ ...common, name: `${node.name}.${name}`, decays }))
  })
}

/**
 * Full names of the weights that each of `patterns` means: a layer (`conv1`), a weight (`conv1.filters`), a pattern
 * (`stage1/*`, `*.bias`), or `head`, `filters`, `biases`, `norms`.
 * Throws `ArgumentError` where one means no weight of the network.
 */
export function weightsNamed(nodes: readonly SizedNode[], patterns: readonly string[]): readonly ReadonlySet<string>[] {
  const weights = learnedWeights(nodes)
  const layers = new Set(weights.map(({ node }) => node))
  return patterns.map((pattern) => {
    const kind = Object.hasOwn(kinds, pattern) && !layers.has(pattern) ? kinds[pattern] : undefined
    const fits = matching(pattern)
    const found = weights.filter(kind ?? (({ node, name }) => fits(node) || fits(name)))
    if (found.length === 0) throw noSuchLayer('no layer with weights', pattern, [...Object.keys(kinds), ...layers])
    return new Set(found.map(({ name }) => name))
  })
}

/** By the full name of a weight: the index of its group. */
function groupsByWeight(nodes: readonly SizedNode[], groups: readonly GroupGoal[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  groups.forEach(({ weights }, index) => {
    for (const names of weightsNamed(nodes, weights))
      for (const name of names) if (!found.has(name)) found.set(name, index)
  })
  return found
}

/** Full names of the weights in frozen groups. */
export function frozenWeights(nodes: readonly SizedNode[], groups: readonly GroupGoal[]): ReadonlySet<string> {
  const byWeight = [...groupsByWeight(nodes, groups)]
  return new Set(byWeight.filter(([, index]) => groups[index]?.frozen === true).map(([name]) => name))
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

/** Throws `ArgumentError` where groups are not a list of groups. */
export function checkGroups(groups: readonly GroupGoal[]): void {
  const isGroup = (group: GroupGoal | null) => Array.isArray(group?.weights) && group.weights.length > 0
  if (Array.isArray(groups) && groups.every(isGroup)) return
  throw new ArgumentError('the groups of weights are invalid', {
    received: JSON.stringify(groups),
    expected: "a list such as [{ weights: ['head'], optimizer: { kind: 'sgd', rate: 0.1 } }]",
  })
}
