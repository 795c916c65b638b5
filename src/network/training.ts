/** What training asks of a network and scores do not: its loss, its auxiliary heads, and what only they need. */

import { type LossSettings, resolveLoss } from '../ops/losses/table.ts'
import { layerOf, type Network, type NetworkNode } from './network.ts'

/** The loss that the network asks for; without LOSS, cross-entropy. */
export function lossOf({ nodes }: Network): LossSettings {
  const last = nodes.at(-1)
  return (last && layerOf(last).loss?.(last.attributes)) ?? resolveLoss('cross-entropy').settings
}

/** An auxiliary head: a node that adds a loss in training. */
export interface AuxiliaryHead {
  /** The node that hands its input on: `aux1`. */
  readonly name: string
  /** The node whose output the loss is taken of. */
  readonly output: string
  readonly weight: number
}

export function auxiliaryHeads(nodes: readonly NetworkNode[]): readonly AuxiliaryHead[] {
  return nodes.flatMap((node) => {
    const weight = layerOf(node).auxiliary?.(node.attributes)
    return weight === undefined ? [] : [{ name: node.name, output: node.inputs[1] as string, weight }]
  })
}

/** The inputs that a node's output is made of. */
export function inputsOf(node: NetworkNode): readonly string[] {
  return layerOf(node).auxiliary === undefined ? node.inputs : node.inputs.slice(0, 1)
}

/** The nodes without the branches of auxiliary heads: what the last one's output, and those of `also`, are made of. */
export function withoutHeads<T extends { readonly node: NetworkNode }>(
  nodes: readonly T[],
  also: Iterable<string> = [],
): readonly T[] {
  const needed = new Set(also)
  const last = nodes.at(-1)
  if (last !== undefined) needed.add(last.node.name)
  for (const { node } of nodes.toReversed()) {
    if (needed.has(node.name)) for (const input of inputsOf(node)) needed.add(input)
  }
  return nodes.filter(({ node }) => needed.has(node.name))
}

/** The node whose values `name` gives: itself, or the one in front of nodes that hand on what they get (AUX, LOSS). */
export function sourceOf(nodes: ReadonlyMap<string, NetworkNode>, name: string): NetworkNode {
  let node = nodes.get(name) as NetworkNode
  while (layerOf(node).handsOn === true) node = nodes.get(node.inputs[0] as string) as NetworkNode
  return node
}

/** The node whose values the network gives. */
export function outputNode({ nodes }: Pick<Network, 'nodes'>): NetworkNode {
  return sourceOf(new Map(nodes.map((node) => [node.name, node])), nodes.at(-1)?.name ?? '')
}
