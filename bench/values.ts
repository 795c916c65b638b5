/**
 * The same weights and pictures for every contender, made where they are needed: each is a process of its own, and a
 * rule is quicker than half a gigabyte through a pipe.
 */

import { parse, type Shape, zoo } from 'lenslet'
import { inferVolumes, type Network, type SizedNode } from 'lenslet/network'

export interface Tensor {
  readonly shape: Shape
  readonly values: Float32Array
}

/** A network, its nodes with their volumes, and its weights. */
export interface Subject {
  readonly network: Network
  readonly nodes: readonly SizedNode[]
  /** By full name; filters [F, F, C/groups, K]. */
  readonly weights: ReadonlyMap<string, Tensor>
}

/** What the layers of the benchmark's networks may say of themselves; each has some of it. */
export interface LayerAttributes {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number, number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number
  readonly filters: number
  readonly units: number
  readonly epsilon: number
  readonly ceil: boolean
  readonly countPadding?: boolean
  readonly parameter?: number
}

export function subjectOf(notation: string): Subject {
  const network = zoo.has(notation) ? zoo.network(notation) : parse(notation)
  const nodes = inferVolumes(network)
  const weights = new Map<string, Tensor>()
  for (const { node, parameters } of nodes) {
    for (const { name, shape, initial, role } of parameters) {
      const length = shape.reduce((product, side) => product * side, 1)
      // He's variance doubles what no ReLU halves, and so do the sums of residual blocks: a tracked variance of 2 keeps
      // both in bounds over fifty layers.
      const [middle, spread] =
        initial.kind === 'constant'
          ? [role === 'tracked' ? 2 * initial.value : initial.value, 0.1]
          : [0, Math.sqrt(6 / initial.fanIn)]
      const full = `${node.name}.${name}`
      weights.set(full, { shape, values: uniform(length, hash(full), middle, spread) })
    }
  }
  return { network, nodes, weights }
}

/** [n, h, w, c], between −1 and 1. */
export function picturesOf({ nodes }: Subject, batch: number): Float32Array {
  const { height, width, channels } = (nodes[0] as SizedNode).output
  return uniform(batch * height * width * channels, 1, 0, 1)
}

/** A labelled batch of bytes, [n, h, w, c]: noise, and every class in turn. */
export function labelledBytes({ nodes }: Subject, count: number): { images: Uint8Array; labels: Uint8Array } {
  const { height, width, channels } = (nodes[0] as SizedNode).output
  const classes = (nodes.at(-1) as SizedNode).output.channels
  const values = uniform(count * height * width * channels, 2, 128, 128)
  return { images: Uint8Array.from(values), labels: Uint8Array.from({ length: count }, (_, index) => index % classes) }
}

/** Marsaglia's xorshift with 32 bits: a nanosecond a value, and good enough for weights that nobody keeps. */
function uniform(length: number, seed: number, middle: number, spread: number): Float32Array {
  const values = new Float32Array(length)
  let state = seed | 1
  for (let index = 0; index < length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    values[index] = middle + (state / 2147483648) * spread
  }
  return values
}

function hash(text: string): number {
  let state = 2166136261
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 16777619)
  return state
}
