/** Fits a network to pictures of another size. What cannot work is refused with the layer and the smallest size that works. */

import { printVolume, type Volume } from '../core/shapes.ts'
import { SizeError } from './errors.ts'
import { layerOf, makeNetwork, type Network, type NetworkNode } from './network.ts'
import { auxiliaryHeads, withoutHeads } from './training.ts'
import { inferVolumes } from './volumes.ts'

/**
 * The network for pictures of this size. An auxiliary head that has nothing left to work on is left out. Throws `SizeError` where a layer has nothing left to work on: it names the layer,
 * and the smallest pictures of the same shape that work.
 */
export function fitInput(network: Network, volume: Volume): Network {
  const fitted = withFittingHeads(withInput(network, volume))
  const error = sizeErrorOf(fitted)
  if (error === undefined) return fitted
  const smallest = smallestInput(network, volume)
  const reason = (error.message.split('\n')[0] as string).replace(`${error.node}: `, '')
  const { received, expected, advice } = error
  throw new SizeError(error.node, `the network does not work on images of ${printVolume(volume)}: ${reason}`, {
    ...(received !== undefined && { received }),
    ...(smallest === undefined
      ? { ...(expected !== undefined && { expected }), ...(advice !== undefined && { advice }) }
      : {
          expected: `images of at least ${printVolume(smallest)}`,
          advice: 'larger images, or a network with fewer POOL layers and strides',
        }),
    cause: error,
  })
}

/** No network in use needs more pixels than this beyond what was asked for. */
const furthest = 1024

/** The first size that works among larger ones of the same aspect ratio; sizes in between may fail, as ADD needs equal maps. */
function smallestInput(network: Network, { height, width, channels }: Volume): Volume | undefined {
  const shorter = Math.min(height, width)
  for (let side = shorter + 1; side <= shorter + furthest; side++) {
    const scaled = (length: number) => Math.round((length * side) / shorter)
    const volume = { height: scaled(height), width: scaled(width), channels }
    if (sizeErrorOf(withFittingHeads(withInput(network, volume))) === undefined) return volume
  }
  return undefined
}

function sizeErrorOf(network: Network): SizeError | undefined {
  try {
    inferVolumes(network)
    return undefined
  } catch (error) {
    if (error instanceof SizeError) return error
    throw error
  }
}

/** Without the auxiliary heads whose branches do not work on these volumes: scores do not need them. */
function withFittingHeads(network: Network): Network {
  const error = sizeErrorOf(network)
  if (error === undefined) return network
  const nodes = network.nodes.map((node) => ({ node }))
  const needed = new Set(withoutHeads(nodes).map(({ node }) => node.name))
  const head = auxiliaryHeads(network.nodes).find(
    ({ output }) => !needed.has(error.node) && branchOf(network, output, needed).has(error.node),
  )
  return head === undefined ? network : withFittingHeads(withoutHead(network, head.name))
}

/** The nodes that only this output needs. */
function branchOf({ nodes }: Network, output: string, needed: ReadonlySet<string>): ReadonlySet<string> {
  const branch = new Set([output])
  for (const { name, inputs } of nodes.toReversed())
    if (branch.has(name)) for (const input of inputs) if (!needed.has(input)) branch.add(input)
  return branch
}

/** The network without an auxiliary head. */
export function withoutHead(network: Network, name: string): Network {
  const [value = ''] = network.nodes.find((node) => node.name === name)?.inputs ?? []
  const rewired = network.nodes.map((node) => ({
    node: { ...node, inputs: node.inputs.map((input) => (input === name ? value : input)) },
  }))
  const last = rewired.at(-1)?.node.name
  const others = rewired.filter(({ node }) => node.name !== name)
  const ends = auxiliaryHeads(others.map(({ node }) => node)).map(({ output }) => output)
  // A head may be the last layer.
  const end = last === name ? value : ''
  return makeNetwork(withoutHeads(others, [...ends, end]).map(({ node }) => node))
}

/** The network with another input, whether that works out or not. A network starts with its input. */
export function withInput(network: Network, { height, width, channels }: Volume): Network {
  const [input, ...rest] = network.nodes as readonly [NetworkNode, ...NetworkNode[]]
  return makeNetwork([
    { ...input, attributes: layerOf(input).notation.read({ volume: [height, width, channels] }) },
    ...rest,
  ])
}
