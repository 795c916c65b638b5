/** The cost of a network, as `lenslet plan` shows it: a row for each layer, and the totals. */

import { sizeOf, type Volume, volumeSize } from '../core/shapes.ts'
import { checkNetwork } from '../network/check.ts'
import type { Network } from '../network/network.ts'
import { type ReceptiveField, receptiveFields } from '../network/receptiveField.ts'
import { withoutHeads } from '../network/training.ts'
import { inferVolumes } from '../network/volumes.ts'

export interface LayerCost {
  readonly name: string
  readonly type: string
  /** `5×5 s1 p2, 6 filters` */
  readonly description: string
  readonly output: Volume
  /** Learned numbers: weights and biases. */
  readonly parameters: number
  /** The notes' convention leaves biases out. */
  readonly weights: number
  /** Multiply–accumulates for one picture; 1 MAC = 2 FLOPs. */
  readonly macs: number
  readonly receptiveField: ReceptiveField
  /** Part of an auxiliary head: only training computes it, and the totals do not count it. */
  readonly trainingOnly?: true
}

export interface NetworkCost {
  readonly layers: readonly LayerCost[]
  readonly totals: {
    readonly parameters: number
    readonly weights: number
    readonly macs: number
    /** Values of all volumes of one picture as the notes add them up: the input, and every layer that makes a new volume. */
    readonly activations: number
    /** The same with the auxiliary heads, which only training needs. */
    readonly training: { readonly parameters: number; readonly weights: number; readonly macs: number }
  }
  /** Rounded sizes and the like, `<node>: <sentence>`. */
  readonly notices: readonly string[]
}

/** Sizes and cost of one picture. Throws `SizeError`. */
export function cost(network: Network): NetworkCost {
  checkNetwork('cost', network)
  const nodes = inferVolumes(network)
  const fields = receptiveFields(nodes)
  const needed = new Set(withoutHeads(nodes).map(({ node }) => node.name))
  const layers = nodes.map(({ node, layer, output, parameters, macs }): LayerCost => {
    const learned = parameters.filter(({ role }) => role === 'learned')
    const sum = (specs: typeof learned) => specs.reduce((total, { shape }) => total + sizeOf(shape), 0)
    return {
      name: node.name,
      type: node.type,
      description: layer.describe(node.attributes),
      output,
      parameters: sum(learned),
      weights: sum(learned.filter(({ decays }) => decays)),
      macs,
      receptiveField: fields.get(node.name) as ReceptiveField,
      ...(!needed.has(node.name) && { trainingOnly: true }),
    }
  })
  const totalOf = (rows: readonly LayerCost[]) => {
    const total = (pick: (row: LayerCost) => number) => rows.reduce((sum, row) => sum + pick(row), 0)
    return {
      parameters: total(({ parameters }) => parameters),
      weights: total(({ weights }) => weights),
      macs: total(({ macs }) => macs),
    }
  }
  return {
    layers,
    totals: {
      ...totalOf(layers.filter(({ trainingOnly }) => !trainingOnly)),
      activations: withoutHeads(nodes).reduce(
        (sum, { layer, output }) => sum + (layer.countsVolume === false ? 0 : volumeSize(output)),
        0,
      ),
      training: totalOf(layers),
    },
    notices: nodes.flatMap(({ node, notices }) => notices.map((sentence) => `${node.name}: ${sentence}`)),
  }
}
