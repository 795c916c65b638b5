/**
 * A model that Lenslet exported, as the network that it was: its metadata has the network, and the graph is what that network
 * is exported as. Anything else (another program changed the graph, another version of Lenslet wrote it) is interpreted
 * operator by operator, like any model. The weights are always those of the graph (decision 30).
 */

import { LensletError } from '../../core/errors.ts'
import { type Shape, sameShape, sizeOf } from '../../core/shapes.ts'
import { type ModelInfo, parseInfo } from '../../model/info.ts'
import { exactValues } from '../../model/safetensors/exactValues.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import type { WeightSource } from '../../model/weightSource.ts'
import { networkFromJson } from '../../network/json.ts'
import type { Network } from '../../network/network.ts'
import { inferVolumes } from '../../network/volumes.ts'
import type { ImportedModel } from '../types.ts'
import { type DraftGraph, type Initializer, valuesBack } from './export/draft.ts'
import { graphOf, tensorsOf } from './export/graph.ts'
import { withHalves } from './export/halves.ts'
import { metadataKeys } from './export/metadata.ts'
import type { OnnxGraph, OnnxModel, OnnxNode } from './proto/model.ts'

/** Undefined where the model is not one of ours, or no longer as we wrote it. */
export function ownModel(model: OnnxModel): ImportedModel | undefined {
  const text = model.metadata.get(metadataKeys.network)
  if (text === undefined) return undefined
  try {
    const network = networkFromJson(text)
    const info = parseInfo(model.metadata.get(metadataKeys.info) ?? '{}')
    return matched(model, network, info)
  } catch (error) {
    if (error instanceof LensletError) return undefined
    throw error
  }
}

function matched({ graph, opsets }: OnnxModel, network: Network, info: ModelInfo): ImportedModel | undefined {
  const plain = graphOf(network, info.tensors, opsets.get('') ?? 0)
  const draft = [plain, withHalves(plain)].find((each) => corresponds(graph, each))
  if (draft === undefined) return undefined
  const weights = new Map<string, WeightSource>()
  for (const [name, initializer] of draft.initializers) {
    if (initializer.kind === 'weight')
      weights.set(initializer.weight, sourceOf(initializer, storedOf(graph, name) as StoredTensor))
  }
  const needed = inferVolumes(network).flatMap(({ node, parameters }) =>
    parameters.map(({ name }) => `${node.name}.${name}`),
  )
  if (needed.some((name) => !weights.has(name))) return undefined
  const ordered = new Map(needed.map((name) => [name, weights.get(name) as WeightSource]))
  return { network, weights: ordered, info: { ...info, tensors: tensorsOf(network, info.tensors) }, notes: [] }
}

function sourceOf(use: Extract<Initializer, { kind: 'weight' }>, stored: StoredTensor): WeightSource {
  return { shape: use.from, fill: (into) => valuesBack(use, stored.decoded(), into) }
}

function storedOf({ initializers }: OnnxGraph, name: string): StoredTensor | undefined {
  const tensor = initializers.get(name)
  return tensor !== undefined && 'stored' in tensor ? tensor.stored : undefined
}

/** Whether the graph has the operators, the wiring and the constants of the draft; weights may have any values. */
function corresponds(graph: OnnxGraph, draft: DraftGraph): boolean {
  if (graph.nodes.length !== draft.nodes.length || graph.initializers.size !== draft.initializers.size) return false
  const sameValues = (a: { readonly name: string }, b: { readonly name: string } | undefined) => a.name === b?.name
  if (graph.inputs.length !== 1 || !sameValues(draft.input, graph.inputs[0])) return false
  if (graph.outputs.length !== 1 || !sameValues(draft.output, graph.outputs[0])) return false
  if (!draft.nodes.every((node, index) => sameNode(node, graph.nodes[index] as OnnxNode))) return false
  return [...draft.initializers].every(([name, initializer]) => {
    const stored = storedOf(graph, name)
    return stored !== undefined && sameInitializer(initializer, stored)
  })
}

function sameNode(a: OnnxNode, b: OnnxNode): boolean {
  const same = (x: readonly unknown[], y: readonly unknown[]) =>
    x.length === y.length && x.every((each, i) => each === y[i])
  if (a.op !== b.op || a.domain !== b.domain || !same(a.inputs, b.inputs) || !same(a.outputs, b.outputs)) return false
  if (a.attributes.size !== b.attributes.size) return false
  return [...a.attributes].every(([name, value]) => {
    const other = b.attributes.get(name)
    if (other?.kind !== value.kind) return false
    if (!('value' in value) || !('value' in other)) return false
    if (Array.isArray(value.value)) return same(value.value, other.value as readonly unknown[])
    return value.value === other.value
  })
}

function sameInitializer(initializer: Initializer, stored: StoredTensor): boolean {
  const { shape } = initializer
  if (!sameShape(shape as Shape, stored.shape)) return false
  if (initializer.kind === 'weight')
    return floatTypes.has(stored.dtype) && (stored.dtype === 'F16') === (initializer.half === true)
  if (stored.dtype !== (initializer.kind === 'ints' ? 'I64' : 'F32')) return false
  if (sizeOf(shape) !== initializer.values.length) return false
  const values = initializer.kind === 'ints' ? exactValues(stored) : stored.values
  const round = initializer.kind === 'ints' ? (value: number) => value : Math.fround
  return initializer.values.every((value, index) => round(value) === values[index])
}

const floatTypes: ReadonlySet<string> = new Set(['F32', 'F16'])
