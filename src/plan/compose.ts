/** Network and goal → composition. */

import type { Network } from '../network/network.ts'
import { withoutHeads } from '../network/training.ts'
import { inferVolumes, type SizedNode } from '../network/volumes.ts'
import { f32 } from '../ops/specs.ts'
import { composeGoal } from './composeGoal.ts'
import type { Composition } from './composition.ts'
import { Draft } from './draft.ts'
import { frozenNodes } from './frozen.ts'
import type { Goal } from './goal.ts'
import { addParameters } from './lower.ts'
import { matchNodes } from './nodes.ts'

export interface ComposeOptions {
  /** Pictures for which shapes are written down. */
  readonly batch: number
  readonly taps: readonly string[]
  readonly frozen: readonly string[]
}

/** Throws `SizeError`, `ArgumentError`, `GradientError`, `OpShapeError`. */
export function compose(network: Network, goal: Goal, options: ComposeOptions): Composition {
  const all = inferVolumes(network)
  const taps = matchNodes(all, options.taps, 'taps')
  const goalNodes = takesHeads(goal) ? all : withoutHeads(all, nodesOf(goal))
  // Taps may need more, which is then computed, and nothing else.
  const nodes = takesHeads(goal) ? all : withoutHeads(all, [...taps, ...nodesOf(goal)])
  const learning = new Set(goalNodes.map(({ node }) => node.name))
  const draft = new Draft(options.batch)
  const { node, output } = nodes[0] as SizedNode
  const shape = [options.batch, output.height, output.width, output.channels]
  const pictures = draft.value(node.name, 'data', f32(...shape), true)
  const parameters = addParameters(draft, nodes)
  const frozen = frozenNodes(all, options.frozen)
  const learned = parameters.filter(
    ({ spec, node: of }) => spec.role === 'learned' && learning.has(of) && !frozen.has(of),
  )
  const made = composeGoal({ nodes, draft, pictures, parameters, learned, frozen, taps }, goal)
  return { ...made, network, goal, frozen: [...frozen], draft, parameters }
}

/** Whether the losses of auxiliary heads are taken: as in training, by the batch's statistics. */
function takesHeads(goal: Goal): boolean {
  return goal.kind === 'training' || (goal.kind === 'gradients' && 'loss' in goal.of && goal.statistics === 'batch')
}

/** Nodes that gradients start at or are taken to. Names that do not exist are refused later. */
function nodesOf(goal: Goal): readonly string[] {
  if (goal.kind !== 'gradients') return []
  const of = 'node' in goal.of ? [goal.of.node] : []
  return [...of, ...goal.to.flatMap((target) => (typeof target === 'object' && 'node' in target ? [target.node] : []))]
}
