/** Shape inference: asks every layer for its volume, parameters and cost, in order. */

import { LensletError } from '../core/errors.ts'
import type { Volume } from '../core/shapes.ts'
import type { Layer, ParameterSpec } from '../layers/types.ts'
import { SizeError } from './errors.ts'
import { layerOf, type Network, type NetworkNode } from './network.ts'

/** A node with all that follows from the volumes that flow in. */
export interface SizedNode {
  readonly node: NetworkNode
  readonly layer: Layer
  readonly inputs: readonly Volume[]
  readonly output: Volume
  readonly parameters: readonly ParameterSpec[]
  /** Multiply–accumulates for one picture. */
  readonly macs: number
  /** Sizes that were rounded, one sentence each, without the node's name. */
  readonly notices: readonly string[]
}

/** Volumes of every node, in the network's order. Throws `SizeError` with the notes' arithmetic. */
export function inferVolumes(network: Network): readonly SizedNode[] {
  const outputs = new Map<string, Volume>()
  return network.nodes.map((node) => {
    const inputs = node.inputs.map((name) => outputs.get(name) as Volume)
    const sized = size(node, inputs)
    outputs.set(node.name, sized.output)
    return sized
  })
}

/** Byte offsets stay exact, and far beyond any memory, below this many values. */
const limit = 2 ** 44

function size(node: NetworkNode, inputs: readonly Volume[]): SizedNode {
  const layer = layerOf(node)
  const { attributes } = node
  try {
    // A source has no input, and reads none.
    const volume = inputs[0] as Volume
    const output = layer.output(attributes, volume, inputs)
    const parameters = layer.parameters?.(attributes, volume) ?? []
    const counts = [
      output.height * output.width * output.channels,
      ...parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1)),
    ]
    const largest = Math.max(...counts)
    if (largest > limit)
      throw new LensletError('too large for any memory', { received: `${largest} values`, expected: 'a smaller layer' })
    return {
      node,
      layer,
      inputs,
      output,
      parameters,
      macs: layer.macs?.(attributes, volume) ?? 0,
      notices: layer.notices?.(attributes, volume) ?? [],
    }
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    const { received, expected, advice } = error
    throw new SizeError(node.name, error.message.split('\n')[0] as string, {
      ...(received === undefined ? {} : { received }),
      ...(expected === undefined ? {} : { expected }),
      ...(advice === undefined ? {} : { advice }),
      cause: error,
    })
  }
}
