/**
 * What a network means, without any plan: its layers lowered one after the other, each op computed at once in float64.
 * Gradients are differences of this function.
 */

import { Random } from '../../src/core/random.ts'
import { type Volume, volumeSize } from '../../src/core/shapes.ts'
import type { Activation } from '../../src/layers/types.ts'
import { auxiliaryHeads, outputNode } from '../../src/network/training.ts'
import type { SizedNode } from '../../src/network/volumes.ts'
import { f32, i32 } from '../../src/ops/specs.ts'
import type { Value } from '../../src/ops/types.ts'
import { Sides } from './sides.ts'
import { Tape } from './tape.ts'

/** Arrays by name: weights (`conv1.filters`), or values of nodes. */
export type Arrays = ReadonlyMap<string, Float64Array>

export interface Question {
  readonly nodes: readonly SizedNode[]
  readonly batch: number
  readonly pictures: Float64Array
  readonly weights: Arrays
  /** Whether a node goes by the batch's statistics and draws at random, as in training. */
  asTraining(node: string): boolean
  /** Seed and step. */
  readonly seed: readonly [number, number]
  /** Added to a node's output before others read it. */
  readonly nudges?: Arrays
}

export interface Answer {
  /** By node. */
  readonly outputs: Arrays
  /** The weights that layers track themselves, as they are afterwards. */
  readonly tracked: Arrays
  /** On which side of every kink the values are: where two answers agree in it, what lies between is smooth. */
  readonly sides: number
}

export function evaluate({ nodes, batch, pictures, weights, asTraining, seed, nudges }: Question): Answer {
  const sides = new Sides()
  const tape = new Tape((moment) => sides.see(moment))
  const seedValue = tape.value(i32(2), Float64Array.from(seed))
  const shape = ({ height, width, channels }: Volume) => f32(batch, height, width, channels)
  const values = new Map<string, Activation>()
  const tracked = new Map<string, Float64Array>()
  for (const { node, layer, output, parameters } of nodes) {
    const inputs = node.inputs.map((name) => values.get(name) as Activation)
    const [x] = inputs
    const training = asTraining(node.name)
    let made: Value
    if (x === undefined) made = tape.value(shape(output), pictures)
    else {
      const own = parameters.map(({ name, shape: axes, role }) => {
        const full = `${node.name}.${name}`
        const data = (weights.get(full) as Float64Array).slice()
        if (role === 'tracked') tracked.set(full, data)
        return [name, tape.value(f32(...axes), data)] as const
      })
      made = layer.lower({
        attributes: node.attributes,
        x,
        inputs,
        parameters: Object.fromEntries(own),
        statistics: training ? 'batch' : 'tracked',
        ...(training && { random: { seed: seedValue, stream: streamOf(node.name) } }),
        emit: tape.emit,
        view: (value, volume) => tape.value(shape(volume), tape.data(value)),
      })
    }
    const nudge = nudges?.get(node.name)
    if (nudge)
      made = tape.value(
        made,
        tape.data(made).map((value, i) => value + (nudge[i] as number)),
      )
    values.set(node.name, { id: made.id, shape: made.shape, dtype: made.dtype, volume: output })
  }
  const outputs = new Map([...values].map(([name, value]) => [name, tape.data(value)]))
  return { outputs, tracked, sides: sides.code }
}

/** The number that keeps the masks of dropout layers apart is a function of the node's name, and part of the format. */
function streamOf(name: string): number {
  return Random.seeded(0, 'stream', name).uint32() | 0
}

/** The node whose output the loss takes: the last, or what flows into a closing softmax. */
export function scoredNode(nodes: readonly SizedNode[]): SizedNode {
  const { name } = outputNode({ nodes: nodes.map(({ node }) => node) })
  const closing = nodes.find(({ node }) => node.name === name) as SizedNode
  if (closing.layer.distribution !== 'classes') return closing
  return nodes.find(({ node }) => node.name === closing.node.inputs[0]) as SizedNode
}

/** Cross-entropy of each picture by its definition, −Σ target·log softmax, and the classes that score best. */
function lossesOf(scores: Float64Array, labels: ArrayLike<number>, smoothing: number) {
  const classes = scores.length / labels.length
  const losses = Float64Array.from({ length: labels.length }, (_, n) => {
    const row = scores.subarray(n * classes, (n + 1) * classes)
    const most = row.reduce((a, b) => Math.max(a, b))
    const log = most + Math.log(row.reduce((sum, score) => sum + Math.exp(score - most), 0))
    const target = (k: number) => (k === labels[n] ? 1 - smoothing : 0) + smoothing / classes
    return row.reduce((loss, score, k) => loss + target(k) * (log - score), 0)
  })
  return { losses }
}

/**
 * The mean of the network's own losses and those of its auxiliary heads, in a training.
 */
export function allLossesOf(
  { outputs }: Answer,
  nodes: readonly SizedNode[],
  { labels, smoothing, heads }: { labels: ArrayLike<number>; smoothing: number; heads: boolean },
) {
  const of = (name: string) => lossesOf(outputs.get(name) as Float64Array, labels, smoothing).losses
  const losses = of(scoredNode(nodes).node.name)
  const others = heads ? auxiliaryHeads(nodes.map(({ node }) => node)) : []
  for (const { output, weight } of others) {
    const more = of(output)
    losses.forEach((_, n) => {
      losses[n] = (losses[n] as number) + weight * (more[n] as number)
    })
  }
  return { losses, mean: losses.reduce((a, b) => a + b, 0) / labels.length }
}

export const classesOf = (nodes: readonly SizedNode[]) => volumeSize(scoredNode(nodes).output)
