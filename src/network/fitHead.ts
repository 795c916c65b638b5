/**
 * Fits a network to another number of classes. The layers are asked, and nothing here knows their names: a layer decides
 * the number of scores where its word takes a count, it learns weights, and its output has that many channels (FC-10,
 * CONV1-10).
 */

import { printVolume, type Volume, volumeSize } from '../core/shapes.ts'
import { VolumeError } from '../layers/errors.ts'
import { NetworkError } from './errors.ts'
import { makeNetwork, type Network, type NetworkNode } from './network.ts'
import { auxiliaryHeads, inputsOf } from './training.ts'
import { inferVolumes, type SizedNode } from './volumes.ts'

/** The layer that decides how many scores a network gives. */
export interface Head {
  /** The node's name: `fc1`. */
  readonly name: string
  /** As the notation writes it: `FC-1000`. */
  readonly word: string
  /** Scores. */
  readonly count: number
}

/**
 * The head of a network that ends in FC, or in CONV with GAP or POOL behind it; SOFTMAX and other layers that keep the
 * channels may follow. Undefined where no single layer decides the number of scores (ADD, CONCAT).
 */
export function headOf(network: Network): Head | undefined {
  return headBefore(inferVolumes(network), network.nodes.at(-1)?.name ?? '')
}

/** The heads that decide how many scores auxiliary losses get, as far as there is one in each branch. */
export function auxiliaryHeadsOf(network: Network): readonly Head[] {
  const sized = inferVolumes(network)
  return auxiliaryHeads(network.nodes).flatMap(({ output }) => headBefore(sized, output) ?? [])
}

/** Names of the layers that decide the number of scores: the network's, if it has one, and that of each auxiliary head. */
export function headsIn(sized: readonly SizedNode[]): readonly string[] {
  const nodes = sized.map(({ node }) => node)
  const ends = [nodes.at(-1)?.name ?? '', ...auxiliaryHeads(nodes).map(({ output }) => output)]
  return ends.flatMap((end) => headBefore(sized, end)?.name ?? [])
}

function headBefore(all: readonly SizedNode[], end: string): Head | undefined {
  const nodes = new Map(all.map((sized) => [sized.node.name, sized]))
  let sized = nodes.get(end)
  while (sized !== undefined && inputsOf(sized.node).length === 1) {
    const head = headAt(sized)
    if (head !== undefined) return head
    if (!keepsChannels(sized)) return undefined
    sized = nodes.get(sized.node.inputs[0] as string)
  }
  return undefined
}

/**
 * The network with one score for each of `classes`, in its auxiliary heads, too; the same network where it has as many. Throws `NetworkError` where no
 * layer decides the number of scores, or where the output is a map.
 */
export function fitHead(network: Network, classes: number): Network {
  const head = headOf(network)
  const output = inferVolumes(network).at(-1)?.output as Volume
  if (head === undefined || volumeSize(output) !== output.channels) {
    throw new NetworkError(`the network cannot be fitted to ${classes} ${classes === 1 ? 'class' : 'classes'}`, {
      received: `an output of ${printVolume(output)}`,
      expected: 'a network that ends in FC, or in CONV and GAP; SOFTMAX may follow',
      advice: `end the network with FC-${classes}`,
    })
  }
  if (head.count === classes) return network
  const heads = new Set([head, ...auxiliaryHeadsOf(network)].map(({ name }) => name))
  return makeNetwork(network.nodes.map((node) => (heads.has(node.name) ? withCount(network, node, classes) : node)))
}

function withCount(network: Network, node: NetworkNode, count: number): NetworkNode {
  const { layer } = inferVolumes(network).find((sized) => sized.node.name === node.name) as SizedNode
  return { ...node, attributes: layer.notation.read({ ...layer.notation.write(node.attributes), count }) }
}

function headAt({ node, layer, output, parameters }: SizedNode): Head | undefined {
  const { word, write } = layer.notation
  const { size, count } = write(node.attributes)
  if (count === undefined || count !== output.channels || !parameters.some(({ role }) => role === 'learned'))
    return undefined
  return { name: node.name, word: `${word}${size?.join('x') ?? ''}-${count}`, count }
}

/**
 * Whether twice as many channels in, which groups divide as well, mean twice as many out: asked, since no layer states it. A
 * layer that refuses them (RESHAPE) decides the number itself.
 */
function keepsChannels({ node, layer, inputs, output }: SizedNode): boolean {
  const [volume] = inputs as [Volume]
  if (output.channels !== volume.channels) return false
  const wider = { ...volume, channels: 2 * volume.channels }
  try {
    return layer.output(node.attributes, wider, [wider]).channels === wider.channels
  } catch (error) {
    if (error instanceof VolumeError) return false
    throw error
  }
}
