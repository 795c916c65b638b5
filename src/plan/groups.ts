/** Groups of weights that learn by rules of their own: which weights a name means, and which group a weight is in. */

import { ArgumentError } from '../core/errors.ts'
import { headsIn } from '../network/fitHead.ts'
import type { SizedNode } from '../network/volumes.ts'
import type { OptimizerSettings } from '../ops/optimizer/optimizers.ts'
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
export function groupsByWeight(nodes: readonly SizedNode[], groups: readonly GroupGoal[]): ReadonlyMap<string, number> {
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

/** Throws `ArgumentError` where groups are not a list of groups, or an update cannot take this many batches. */
export function checkGroups(groups: readonly GroupGoal[], accumulate: number): void {
  if (!Number.isInteger(accumulate) || accumulate < 1 || accumulate > 2 ** 16) {
    throw new ArgumentError('the number of batches of an update is invalid', {
      received: `accumulate: ${accumulate}`,
      expected: 'a whole number from 1 to 65536',
    })
  }
  const isGroup = (group: GroupGoal | null) => Array.isArray(group?.weights) && group.weights.length > 0
  if (Array.isArray(groups) && groups.every(isGroup)) return
  throw new ArgumentError('the groups of weights are invalid', {
    received: JSON.stringify(groups),
    expected: "a list such as [{ weights: ['head'], optimizer: { kind: 'sgd', rate: 0.1 } }]",
  })
}
