/** A network as the rules of advice see it. */

import { sizeOf, type Volume, volumeSize } from '../../core/shapes.ts'
import type { Network } from '../../network/network.ts'
import { inputsOf, withoutHeads } from '../../network/training.ts'
import { inferVolumes, type SizedNode } from '../../network/volumes.ts'
import type { AdviceContext, AdvisedLayer, PlannedTraining } from './types.ts'

export function contextOf(network: Network, training?: PlannedTraining): AdviceContext {
  // What auxiliary heads hold is no part of what scores cost.
  const nodes = withoutHeads(inferVolumes(network))
  const readers = new Map<string, string[]>(nodes.map(({ node }) => [node.name, []]))
  for (const { node } of nodes) for (const input of inputsOf(node)) readers.get(input)?.push(node.name)
  const layers = nodes.map((sized) => advised(sized, readers.get(sized.node.name) ?? []))
  const sum = (of: (layer: AdvisedLayer) => number) => layers.reduce((total, layer) => total + of(layer), 0)
  return {
    network,
    layers,
    totals: { parameters: sum(({ parameters }) => parameters), activations: sum(({ activations }) => activations) },
    ...(training && { training }),
  }
}

function advised(sized: SizedNode, readers: readonly string[]): AdvisedLayer {
  const { node, layer, output, parameters } = sized
  const input = sized.inputs[0] as Volume | undefined
  const sight = input && layer.sight?.(node.attributes, input)
  const window = sight?.kind === 'window' ? sight.window : undefined
  const learned = parameters.filter(({ role }) => role === 'learned')
  const shape = learned.find((spec) => spec.decays && spec.shape.length === 4)?.shape
  const isWhole = sight?.kind === 'everything' || (window !== undefined && sameSides(window.kernel, input))
  const covers = isWhole ? input : window && { height: window.kernel[0], width: window.kernel[1] }
  const isFilter = shape !== undefined && sameSides(shape, covers)
  return {
    name: node.name,
    sized,
    parameters: learned.reduce((total, spec) => total + sizeOf(spec.shape), 0),
    activations: layer.countsVolume === false ? 0 : volumeSize(output),
    ...(window && { window }),
    isWhole,
    ...(isFilter && { filters: shape as unknown as NonNullable<AdvisedLayer['filters']> }),
    readers,
  }
}

function sameSides([height, width]: readonly number[], map: Pick<Volume, 'height' | 'width'> | undefined): boolean {
  return height === map?.height && width === map?.width
}
