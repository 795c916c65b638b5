/** Where a network can be cut so that everything in front gives the same values in every step of a training. */

import type { Volume } from '../core/shapes.ts'
import { layerOf, makeNetwork, type Network } from '../network/network.ts'
import { inferVolumes, type SizedNode } from '../network/volumes.ts'
import type { Plan } from '../plan/types.ts'

export interface Cut {
  /** The layer whose output, the features, everything behind it is made of. */
  readonly name: string
  readonly features: Volume
  /** From the image to the features. */
  readonly front: Network
  /** From the features to the scores: its INPUT has the name of the layer, so that all wiring stays as it is. */
  readonly back: Network
}

/**
 * The last layer that gives the same values for an image in every step, and that everything that changes is made of;
 * undefined where there is none but the input.
 *
 * @param plan of the training: it says what is frozen, and what is random
 */
export function cutOf({ network, frozen, steps, ports }: Plan): Cut | undefined {
  const sized = inferVolumes(network)
  const random = new Set<string>()
  for (const { phase, inputs, node } of steps)
    if (phase === 'forward' && ports.seed !== undefined && inputs.includes(ports.seed)) random.add(node)
  const fixed = fixedNodes(sized, new Set(frozen), random)
  const [input] = network.nodes
  for (const { node, output } of sized.toReversed()) {
    if (node === input || !fixed.has(node.name)) continue
    const back = madeOf(network, network.nodes.at(-1)?.name ?? '', node.name)
    if (back.has(input?.name ?? '')) continue
    const { height, width, channels } = output
    const attributes = layerOf(input as typeof node).notation.read({ volume: [height, width, channels] })
    const features = { name: node.name, type: (input as typeof node).type, attributes, inputs: [] }
    const front = madeOf(network, node.name)
    return {
      name: node.name,
      features: output,
      front: makeNetwork(network.nodes.filter(({ name }) => front.has(name))),
      back: makeNetwork([features, ...network.nodes.filter(({ name }) => name !== node.name && back.has(name))]),
    }
  }
  return undefined
}

/** Nodes that neither learn nor draw, and are made of such nodes only. An auxiliary head adds a loss, which must stay. */
function fixedNodes(sized: readonly SizedNode[], frozen: ReadonlySet<string>, random: ReadonlySet<string>) {
  const fixed = new Set<string>()
  for (const { node, layer, parameters } of sized) {
    const changes = (parameters.length > 0 && !frozen.has(node.name)) || random.has(node.name)
    if (changes || layer.auxiliary !== undefined || !node.inputs.every((name) => fixed.has(name))) continue
    fixed.add(node.name)
  }
  return fixed
}

/** The node and all that its output is made of; not what `end` is made of. */
function madeOf({ nodes }: Network, name: string, end?: string): ReadonlySet<string> {
  const needed = new Set([name])
  for (const node of nodes.toReversed()) {
    if (needed.has(node.name) && node.name !== end) for (const input of node.inputs) needed.add(input)
  }
  return needed
}
