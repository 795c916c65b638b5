/** The layer that class activation maps are of. */

import { ArgumentError, LensletError } from '../../core/errors.ts'
import { printVolume, sameVolume, type Volume } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import type { Network } from '../../network/network.ts'
import { inferVolumes, type SizedNode } from '../../network/volumes.ts'
import { nodeOf } from './target.ts'

/** A network of fully connected layers has no class activation maps. */
export class NoMapError extends LensletError {}

/**
 * A layer by its name; by default the last map in front of the layer that is explained: of the last layer with weights that
 * gives a map, and what follows it on the same map (norm, addition, activation). For ResNets the output of the last block,
 * for VGG the last ReLU before its pool.
 *
 * @param of the layer that is explained
 * @throws {ArgumentError} no such layer, or one whose output is no map
 * @throws {NoMapError} a network without maps, where no layer is named
 */
export function mapLayer({ network }: Pick<Model, 'network'>, of: string, layer: string | undefined): SizedNode {
  if (layer !== undefined) {
    const found = nodeOf(network, layer)
    if (isMap(found.output)) return found
    throw new ArgumentError(`${layer} gives no map`, {
      received: `${printVolume(found.output)}, a single position`,
      expected: 'a layer with several positions',
      advice: adviceFor(lastMap(network, of)),
    })
  }
  const last = lastMap(network, of)
  if (last !== undefined) return last
  throw new NoMapError('the network has no layer with a map', {
    received: `a network in which nothing with weights in front of ${of} has more than one position`,
    expected: 'a convolution',
    advice: 'take maps by gradients to the image, or occlusion',
  })
}

function lastMap(network: Network, of: string): SizedNode | undefined {
  const before = inputsOf(network, of)
  const learned = before.findLast(({ output, parameters }) => isMap(output) && parameters.length > 0)
  return learned && before.findLast(({ output }) => sameVolume(output, learned.output))
}

/** What the output of a node is made of, apart from the image and the node itself. */
function inputsOf(network: Network, of: string): readonly SizedNode[] {
  const nodes = inferVolumes(network)
  const needed = new Set([of])
  for (const { node } of nodes.toReversed()) if (needed.has(node.name)) for (const name of node.inputs) needed.add(name)
  return nodes.slice(1).filter(({ node }) => node.name !== of && needed.has(node.name))
}

const isMap = ({ height, width }: Volume) => height * width > 1
const adviceFor = (layer: SizedNode | undefined) =>
  layer === undefined ? 'take maps by gradients to the image' : `take a layer such as ${layer.node.name}`
