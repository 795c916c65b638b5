/** Network → forward steps: asks every layer to lower itself, in order. */

import { Random } from '../core/random.ts'
import { printShape, sameShape, type Volume } from '../core/shapes.ts'
import type { Activation, Layer, ParameterSpec } from '../layers/types.ts'
import type { SizedNode } from '../network/volumes.ts'
import { concat } from '../ops/channels/op.ts'
import { f32 } from '../ops/specs.ts'
import type { Value } from '../ops/types.ts'
import type { Draft, DraftValue } from './draft.ts'
import { LoweringError } from './errors.ts'

/** A weight of the network: its value and what its layer says of it. */
export interface DraftParameter {
  readonly name: string
  readonly value: DraftValue
  readonly spec: ParameterSpec
  readonly node: string
}

/** The weights of a network: the same values for every section of a plan. */
export function addParameters(draft: Draft, nodes: readonly SizedNode[]): readonly DraftParameter[] {
  return nodes.flatMap(({ node, parameters }) =>
    parameters.map((spec): DraftParameter => {
      const name = `${node.name}.${spec.name}`
      const value = draft.value(name, spec.role === 'learned' ? 'parameter' : 'tracked', f32(...spec.shape))
      return { name, value, spec, node: node.name }
    }),
  )
}

export interface LowerOptions {
  readonly pictures: DraftValue
  readonly parameters: readonly DraftParameter[]
  /** By node. */
  statistics(node: string): 'batch' | 'tracked'
  /** By node: i32 [2], seed and step, where what is random is to be drawn. */
  seed(node: string): Value | undefined
  /** Nodes that are not computed, as a loss takes what flows into them: a closing softmax. */
  readonly skipped?: ReadonlySet<string>
  /** Nodes whose output must be a value of its own, also where a layer hands on what it got (dropout at inference). */
  readonly apart?: ReadonlySet<string>
  /** Appended to the names of values. */
  readonly suffix?: string
}

/** The output of each node, by its name. */
export function lower(draft: Draft, nodes: readonly SizedNode[], options: LowerOptions): ReadonlyMap<string, Value> {
  const { pictures, parameters, statistics, seed, skipped, apart, suffix = '' } = options
  const owned = new Map<string, DraftParameter[]>()
  for (const parameter of parameters) {
    const known = owned.get(parameter.node)
    if (known === undefined) owned.set(parameter.node, [parameter])
    else known.push(parameter)
  }
  const outputs = new Map<string, Activation>()
  for (const sized of nodes) {
    const { node, layer, output } = sized
    const inputs = node.inputs.map((name) => outputs.get(name) as Activation)
    const [x] = inputs
    if (x === undefined) {
      outputs.set(node.name, { ...pictures, volume: output })
      continue
    }
    if (skipped?.has(node.name) === true) {
      outputs.set(node.name, x)
      continue
    }
    const before = draft.values.length
    const random = seed(node.name)
    const emit = draft.emitter({ node: node.name, phase: 'forward', role: 'activation' })
    let made = draft.named(
      layer.lower({
        attributes: node.attributes,
        x,
        inputs,
        parameters: Object.fromEntries((owned.get(node.name) ?? []).map(({ spec, value }) => [spec.name, value])),
        statistics: statistics(node.name),
        ...(random && { random: { seed: random, stream: streamOf(node.name) } }),
        emit,
        view: (value, volume) => draft.view(value, shapeOf(draft, volume)),
      }),
    )
    if (made.id < before && apart?.has(node.name)) made = draft.named(emit(concat, {}, [made])[0] ?? made)
    expectVolume(draft, made, output, layer)
    if (made.id >= before) made.name = `${node.name}${suffix}`
    outputs.set(node.name, { id: made.id, shape: made.shape, dtype: made.dtype, volume: output })
  }
  return outputs
}

/** A number of the node's own, from its name, so that a layer added elsewhere changes no other's masks. */
function streamOf(name: string): number {
  return Random.seeded(0, 'stream', name).uint32() | 0
}

function shapeOf(draft: Draft, { height, width, channels }: Volume): readonly number[] {
  return [draft.batch, height, width, channels]
}

function expectVolume(draft: Draft, { shape }: Value, volume: Volume, { type }: Layer): void {
  const expected = shapeOf(draft, volume)
  if (sameShape(shape, expected)) return
  throw new LoweringError(`a layer of type ${type} gives another shape than it says`, {
    received: printShape(shape),
    expected: printShape(expected),
  })
}

/** What the last layer gives. */
export function outputOf(nodes: readonly SizedNode[], outputs: ReadonlyMap<string, Value>): Value {
  return outputs.get(nodes.at(-1)?.node.name ?? '') as Value
}

/** The outputs of these nodes. */
export function tapsOf(taps: ReadonlySet<string>, outputs: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  return new Map([...taps].map((name) => [name, outputs.get(name) as Value]))
}
