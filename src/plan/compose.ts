/** Network and goal → composition. */

import type { Network } from '../network/network.ts'
import { inferVolumes, type SizedNode } from '../network/volumes.ts'
import { f32 } from '../ops/specs.ts'
import { composeGoal } from './composeGoal.ts'
import type { Composition } from './composition.ts'
import { Draft } from './draft.ts'
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
  const nodes = inferVolumes(network)
  const draft = new Draft(options.batch)
  const { node, output } = nodes[0] as SizedNode
  const shape = [options.batch, output.height, output.width, output.channels]
  const pictures = draft.value(node.name, 'data', f32(...shape), true)
  const parameters = addParameters(draft, nodes)
  const frozen = matchNodes(nodes, options.frozen, 'frozen')
  const taps = matchNodes(nodes, options.taps, 'taps')
  const learned = parameters.filter(({ spec, node: of }) => spec.role === 'learned' && !frozen.has(of))
  const made = composeGoal({ nodes, draft, pictures, parameters, learned, frozen, taps }, goal)
  return { ...made, network, goal, frozen: [...frozen], draft, parameters }
}
