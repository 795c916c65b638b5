/** BN folded into the convolution before it, for the peers whose converters do so. */

import type { Network, SizedNode } from 'lenslet/network'
import type { LayerAttributes, Subject, Tensor } from './values.ts'

type Node = Network['nodes'][number]

/** The one node that reads each node's output, where there is one. */
export function onlyFollowers(nodes: readonly SizedNode[]): ReadonlyMap<string, Node> {
  const readers = new Map<string, Node[]>()
  for (const { node } of nodes)
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node])
  return new Map(
    [...readers].flatMap(([name, [first, ...others]]) => (first && others.length === 0 ? [[name, first]] : [])),
  )
}

/** Weights with the norms inside their convolutions, and the names of the norms that are gone. */
export function foldNorms({ nodes, weights }: Subject): {
  readonly weights: ReadonlyMap<string, Tensor>
  readonly folded: ReadonlySet<string>
} {
  const result = new Map(weights)
  const folded = new Set<string>()
  const follows = onlyFollowers(nodes)
  for (const { node } of nodes) {
    const next = follows.get(node.name)
    if (node.type !== 'conv' || next?.type !== 'bn') continue
    const valuesOf = (name: string) => weights.get(name)?.values
    const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map(
      (name) => valuesOf(`${next.name}.${name}`) as Float32Array,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array]
    const { epsilon } = next.attributes as LayerAttributes
    const factors = scale.map((value, k) => value / Math.sqrt((variance[k] as number) + epsilon))
    const filters = weights.get(`${node.name}.filters`) as Tensor
    const bias = valuesOf(`${node.name}.bias`)
    const at = (values: Float32Array | undefined, k: number) => values?.[k] ?? 0
    result.set(`${node.name}.filters`, {
      shape: filters.shape,
      values: filters.values.map((value, index) => value * at(factors, index % factors.length)),
    })
    result.set(`${node.name}.bias`, {
      shape: [factors.length],
      values: factors.map((factor, k) => at(shift, k) + (at(bias, k) - at(mean, k)) * factor),
    })
    folded.add(next.name)
  }
  return { weights: result, folded }
}
