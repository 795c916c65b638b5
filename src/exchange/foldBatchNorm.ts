/**
 * Folds batch normalization into the layer before it, for inference elsewhere (Jacob et al. 2018, section 3.2): with
 * a = scale/√(variance + ε), a·(w·x + b − mean) + shift is the same layer with filters a·w and bias a·(b − mean) + shift.
 * Computed in float64 and rounded once.
 */

import { ArgumentError } from '../core/errors.ts'
import type { Shape } from '../core/shapes.ts'
import { makeNetwork, type Network, type NetworkNode } from '../network/network.ts'

interface WeightValues {
  readonly shape: Shape
  readonly values: Float32Array
}

export interface FoldedNetwork {
  readonly network: Network
  readonly weights: ReadonlyMap<string, WeightValues>
  /** Names of the layers that were folded. */
  readonly folded: readonly string[]
  /** Names of those that were not: they do not follow a layer with filters, or its output is used elsewhere, too. */
  readonly left: readonly string[]
}

/** y = factor·x + offset, channel by channel. */
interface Affine {
  readonly factor: Float64Array
  readonly offset: Float64Array
}

type Find = (name: string) => WeightValues | undefined

/** Layers that are an `Affine` at inference, by type. */
const affineOf: Readonly<Record<string, (attributes: object, find: Find) => Affine>> = {
  bn(attributes, find) {
    const { epsilon } = attributes as { readonly epsilon: number }
    const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((name) => find(name)?.values)
    if (mean === undefined || variance === undefined) throw missing('mean and variance')
    const factor = Float64Array.from(variance, (value, k) => (scale?.[k] ?? 1) / Math.sqrt(value + epsilon))
    const offset = Float64Array.from(mean, (value, k) => (shift?.[k] ?? 0) - value * (factor[k] as number))
    return { factor, offset }
  },
}

/** Layers with filters and an optional bias, by type: the output channel of each element of the filters. */
const channelOf: Readonly<Record<string, (attributes: object, shape: Shape) => (element: number) => number>> = {
  conv: lastAxis,
  fc: lastAxis,
  // [F, F, K/groups, C]
  tconv(attributes, [, , perGroup = 1, channels = 1]) {
    const { groups } = attributes as { readonly groups: number }
    return (element) => {
      const group = Math.floor(((element % channels) * groups) / channels)
      return group * perGroup + (Math.floor(element / channels) % perGroup)
    }
  },
}

function lastAxis(_: object, shape: Shape): (element: number) => number {
  const channels = shape.at(-1) ?? 1
  return (element) => element % channels
}

/**
 * The network without the norms that could be folded, and its weights; those that did not change are the same arrays.
 * @throws {ArgumentError} a weight is missing
 */
export function foldBatchNorm(network: Network, given: ReadonlyMap<string, WeightValues>): FoldedNetwork {
  const weights = new Map(given)
  const uses = usesOf(network)
  /** What each node has become: itself, or the layer that it was folded into. */
  const now = new Map<string, string>()
  const nodes = new Map<string, NetworkNode>()
  const folded: string[] = []
  const left: string[] = []
  for (const node of network.nodes) {
    const [input = ''] = node.inputs
    const target = nodes.get(now.get(input) ?? '')
    const affine = Object.hasOwn(affineOf, node.type) ? affineOf[node.type] : undefined
    if (
      affine !== undefined &&
      target !== undefined &&
      Object.hasOwn(channelOf, target.type) &&
      uses.get(input) === 1
    ) {
      const values = affine(node.attributes, (name) => weights.get(`${node.name}.${name}`))
      nodes.set(target.name, absorb(target, values, weights))
      for (const name of ['scale', 'shift', 'mean', 'variance']) weights.delete(`${node.name}.${name}`)
      now.set(node.name, target.name)
      folded.push(node.name)
      continue
    }
    if (affine !== undefined) left.push(node.name)
    now.set(node.name, node.name)
    nodes.set(node.name, { ...node, inputs: node.inputs.map((name) => now.get(name) as string) })
  }
  return { network: makeNetwork([...nodes.values()]), weights, folded, left }
}

/** How often each output is used. */
function usesOf(network: Network): ReadonlyMap<string, number> {
  const uses = new Map<string, number>()
  for (const name of network.nodes.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

/** The node with a bias, and its new weights. */
function absorb(node: NetworkNode, { factor, offset }: Affine, weights: Map<string, WeightValues>): NetworkNode {
  const filters = weights.get(`${node.name}.filters`)
  if (filters === undefined) throw missing(`${node.name}.filters`)
  const bias = weights.get(`${node.name}.bias`)?.values
  const channel = (channelOf[node.type] as (typeof channelOf)[string])(node.attributes, filters.shape)
  const scaled = filters.values.map((value, element) => value * (factor[channel(element)] as number))
  const moved = Float32Array.from(offset, (value, k) => (bias?.[k] ?? 0) * (factor[k] as number) + value)
  weights.set(`${node.name}.filters`, { shape: filters.shape, values: scaled })
  weights.set(`${node.name}.bias`, { shape: [moved.length], values: moved })
  return { ...node, attributes: { ...node.attributes, bias: true } }
}

function missing(what: string): ArgumentError {
  return new ArgumentError('a weight is missing', { received: `no ${what}`, expected: 'all weights of the network' })
}
