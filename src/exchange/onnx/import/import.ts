/**
 * ONNX → Network and weights. The graph is interpreted operator by operator (decision 29): shapes and constants are computed,
 * transposes and reshapes only rename, and what is left becomes layers. Obstacles are collected and reported together.
 */

import type { Bytes } from '../../../core/bytes.ts'
import { LensletError } from '../../../core/errors.ts'
import { sameShape, sizeOf, volumeSize } from '../../../core/shapes.ts'
import { counted, listed, printable } from '../../../core/text.ts'
import type { ModelInfo, TensorForm } from '../../../model/info.ts'
import type { StoredTensor } from '../../../model/safetensors.ts'
import type { Network } from '../../../network/network.ts'
import { ForeignFileError, UnsupportedModelError } from '../../errors.ts'
import { NetworkBuilder, type Wire } from '../../networkBuilder.ts'
import type { ImportedModel, ReplacedArrays } from '../../types.ts'
import { ownModel } from '../own.ts'
import type { OnnxModel, OnnxNode, OnnxValue } from '../proto/model.ts'
import { readOnnx } from '../proto/read.ts'
import { Context, type Graph, Obstacle } from './context.ts'
import { labelOf, sortedNodes } from './graph.ts'
import { handlers } from './handlers.ts'
import { type InputOptions, imageOf, type Layout, stackedOf, takesBytes } from './input.ts'
import {
  type Activation,
  batch,
  type Dimension,
  joined,
  lengthOf,
  sameDimension,
  storedConstant,
  type Value,
  whole,
} from './values.ts'

export interface OnnxOptions extends InputOptions {
  /** Several inputs are taken as parts of one, their values one after the other: [N, ΣC·H·W]. Default: they are refused. */
  readonly stacked?: boolean
}

/**
 * A network and its weights from the bytes of an ONNX model (opset 6 and later, IR version 3 and later), which must stay as
 * they are until the weights were read. External data: `readOnnxFiles`.
 * @throws {ForeignFileError} a damaged file, or a graph that is not one
 * @throws {UnsupportedModelError} operators beyond ConvNets: all of them
 */
export function importOnnx(bytes: Uint8Array | Bytes, options: OnnxOptions = {}): ImportedModel {
  return importModel(readOnnx(bytes), options)
}

/** As `importOnnx`, of a model that was read. */
export function importModel(model: OnnxModel, options: OnnxOptions = {}): ImportedModel {
  checkVersion(model)
  const own = ownModel(model)
  if (own !== undefined) return own
  const [output, ...others] = model.graph.outputs
  if (output === undefined)
    throw new ForeignFileError('the graph has no output', { received: 'no outputs', expected: 'one at least' })
  const nodes = sortedNodes(model.graph, output.name)
  const { inputs, unused } = inputsOf(model, nodes, output, options)
  const [input] = inputs
  const read = (layout: Layout) => interpret(model, inputs, output, nodes, layout, options)
  const namesOf = (values: readonly OnnxValue[]) => listed(values.map(({ name }) => name))
  const notes = [
    ...(others.length === 0
      ? []
      : [`the outputs ${namesOf(others)} are left out; the model gives ${printable(output.name)}`]),
    ...(unused.length === 0 ? [] : [`the inputs ${namesOf(unused)} are left out: the output does not need them`]),
  ]
  const first = attempt(() => read('nchw'))
  const withArrays = (arrays: ReadonlyMap<string, StoredTensor>) => replaced(model, arrays, options)
  if ('result' in first) return { ...first.result, notes, withArrays }
  const second = inputs.length === 1 && input.shape?.length === 4 ? attempt(() => read('nhwc')) : first
  if ('result' in second) return { ...second.result, notes, withArrays }
  throw isChannelsLast(input) ? second.error : first.error
}

/** Whether the input looks like [N, H, W, C], for the error that talks of its shapes. */
function isChannelsLast({ shape = [] }: OnnxValue): boolean {
  const [, first, rows, last] = shape
  const isColors = (side: number | string | undefined) => side === 1 || side === 3
  return shape.length === 4 && rows !== last && (first === rows || (isColors(last) && !isColors(first)))
}

/** Weights are arrays of floats; shapes and other small integers stay those of the graph. */
function replaced(model: OnnxModel, arrays: ReadonlyMap<string, StoredTensor>, options: OnnxOptions): ReplacedArrays {
  const [output] = model.graph.outputs
  // Some files still hold the weights of auxiliary heads, which nothing uses any more.
  const needed = new Set(sortedNodes(model.graph, output?.name ?? '').flatMap(({ inputs }) => inputs))
  const own = [...model.graph.initializers].filter(
    ([name, tensor]) => needed.has(name) && 'stored' in tensor && /^B?F/.test(tensor.stored.dtype),
  )
  const [used, missing] = [[] as string[], [] as string[]]
  const initializers = new Map(model.graph.initializers)
  for (const [name, tensor] of own) {
    const array = arrays.get(name)
    if (array === undefined || ('stored' in tensor && !sameShape(array.shape, tensor.stored.shape))) missing.push(name)
    else {
      used.push(name)
      initializers.set(name, { name, stored: array })
    }
  }
  const { weights } = importModel({ ...model, graph: { ...model.graph, initializers } }, options)
  return { weights, used, missing }
}

function attempt<T>(run: () => T): { readonly result: T } | { readonly error: unknown } {
  try {
    return { result: run() }
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    return { error }
  }
}

function checkVersion({ opsets, irVersion, functions }: OnnxModel): void {
  const opset = opsets.get('') ?? 1
  if (irVersion >= 3 && opset >= 6 && functions.length === 0) return
  throw new UnsupportedModelError('this version of ONNX is not read', {
    received:
      functions.length > 0 ? `functions of its own: ${listed(functions)}` : `IR version ${irVersion}, opset ${opset}`,
    expected: 'IR version 3 or later, opset 6 or later, and no functions',
    advice:
      functions.length > 0
        ? 'inline them (onnx.inliner.inline_local_functions)'
        : 'convert it with onnx.version_converter',
  })
}

interface Inputs {
  readonly inputs: readonly [OnnxValue, ...OnnxValue[]]
  /** Such as a flag for training that nothing reads any more. */
  readonly unused: readonly OnnxValue[]
}

/** What has no initializer is the image, wherever it stands in the list. */
function inputsOf(
  { graph }: OnnxModel,
  nodes: readonly OnnxNode[],
  output: OnnxValue,
  { stacked = false }: OnnxOptions,
): Inputs {
  const all = graph.inputs.filter(({ name }) => !graph.initializers.has(name))
  const needed = new Set([output.name, ...nodes.flatMap(({ inputs }) => inputs)])
  const used = all.filter(({ name }) => needed.has(name))
  const [first, ...others] = stacked || used.length === 0 ? all : used
  if (first !== undefined && (stacked || others.length === 0))
    return { inputs: [first, ...others], unused: all.filter((each) => each !== first && !others.includes(each)) }
  throw new UnsupportedModelError(
    first === undefined ? 'the graph has no input' : 'the graph has more than one input',
    {
      received:
        first === undefined ? 'initializers for all of them' : listed([first, ...others].map(({ name }) => name)),
      expected: 'one input, the image',
      advice: 'export a model with one input; give the others as constants',
    },
  )
}

function interpret(
  model: OnnxModel,
  inputs: readonly [OnnxValue, ...OnnxValue[]],
  output: OnnxValue,
  nodes: readonly OnnxNode[],
  layout: Layout,
  options: OnnxOptions,
): Omit<ImportedModel, 'notes' | 'withArrays'> {
  const builder = new NetworkBuilder()
  const [input] = inputs
  const images = inputs.length === 1 ? [imageOf(builder, input, layout, options)] : stackedOf(builder, inputs, options)
  const values = new Map<string, Value>(images.map((image, index) => [inputs[index]?.name ?? '', image]))
  for (const [name, tensor] of model.graph.initializers) {
    if ('stored' in tensor) values.set(name, storedConstant(tensor.stored))
  }
  const fixed = input.shape?.[0]
  const graph: Graph = {
    builder,
    opset: model.opsets.get('') ?? 1,
    fixedBatch: !options.batchless && typeof fixed === 'number' && fixed > 0 ? fixed : undefined,
    uses: usesOf(nodes, output),
  }
  const obstacles = new Map<OnnxNode, string>()
  const checkConstants = constantsChecker(model)
  const broken = new Set<Value>()
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)))
    const found = outputsOf(graph, node, inputs, obstacles, broken)
    checkConstants(node, inputs, found)
    for (const [index, name] of node.outputs.entries()) {
      const value = found[index]
      if (name !== '' && value !== undefined) values.set(name, value)
    }
  }
  const result = values.get(output.name)
  if (result === undefined || broken.has(result)) throw unsupported(obstacles)
  return finish(builder, input, output, result, layout, options)
}

/** The most values of computed constants beside those that the file has; a graph may compute each array a few times. */
const mostComputed = 1 << 22
const timesComputed = 8

/** Counts the values of constants that operators compute: a chain of them can double what it has with every operator. */
function constantsChecker({ graph }: OnnxModel) {
  const given = [...graph.initializers.values(), ...graph.nodes.flatMap(tensorsOf)]
  const stored = given.reduce((sum, tensor) => sum + ('stored' in tensor ? sizeOf(tensor.stored.shape) : 0), 0)
  const most = mostComputed + timesComputed * stored
  let count = 0
  return (node: OnnxNode, inputs: readonly (Value | undefined)[], outputs: readonly Value[]) => {
    for (const value of outputs) {
      // A reshape gives the same values.
      const isNew = (input: Value | undefined) =>
        input?.kind !== 'constant' || value.kind !== 'constant' || input.entries !== value.entries
      if (value.kind === 'constant' && inputs.every(isNew)) count += sizeOf(value.shape)
    }
    if (count <= most) return
    throw new UnsupportedModelError('the graph computes far larger constants than the file has', {
      received: `${count} values up to ${labelOf(node)}`,
      expected: `at most ${most}`,
      advice: 'fold its constants when it is exported',
    })
  }
}

const tensorsOf = ({ attributes }: OnnxNode) =>
  [...attributes.values()].flatMap((attribute) => (attribute.kind === 'tensor' ? [attribute.value] : []))

function outputsOf(
  graph: Graph,
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  obstacles: Map<OnnxNode, string>,
  broken: Set<Value>,
): readonly Value[] {
  const context = new Context(graph, node, inputs)
  try {
    const handler = node.domain === '' ? handlers.get(node.op) : undefined
    if (handler === undefined)
      throw new Obstacle(
        node.domain === '' ? 'no layer computes it' : `an operator of the domain ${printable(node.domain)}`,
      )
    return handler(context)
  } catch (error) {
    if (!(error instanceof Obstacle || error instanceof LensletError)) throw error
    // What follows from an obstacle is none of its own; a pattern of several operators may still know what they mean.
    if (!inputs.some((value) => value !== undefined && broken.has(value)))
      obstacles.set(node, error instanceof LensletError ? (error.message.split('\n')[0] as string) : error.message)
    const value = unknown(node, inputs)
    broken.add(value)
    return node.outputs.map(() => value)
  }
}

/** The result of an operator that is not a layer: only patterns look at it. */
function unknown(node: OnnxNode, inputs: readonly (Value | undefined)[]): Activation {
  const source = inputs.find((value) => value?.kind === 'activation')
  return {
    kind: 'activation',
    get wire(): Wire {
      throw new Obstacle(`${labelOf(node)} gives its input`)
    },
    dimensions: source?.kind === 'activation' ? source.dimensions : [],
    made: { node, inputs },
  }
}

const shown = 20

function unsupported(obstacles: ReadonlyMap<OnnxNode, string>): UnsupportedModelError {
  const lines = [...obstacles].map(([node, reason]) => `${labelOf(node)}: ${printable(reason)}`)
  const more = lines.length - shown
  return new UnsupportedModelError(
    `${counted(lines.length, 'operator')} of the graph cannot become ${lines.length === 1 ? 'a layer' : 'layers'}`,
    {
      received: [...lines.slice(0, shown), ...(more > 0 ? [`and ${more} more`] : [])].join('\n    '),
      expected: 'a convolutional network: one image in, layers, scores out',
    },
  )
}

/** Uses of each value by the operators that are needed, and as the result. */
function usesOf(nodes: readonly OnnxNode[], output: OnnxValue): (name: string) => number {
  const counts = new Map<string, number>([[output.name, 1]])
  for (const { inputs } of nodes) for (const name of inputs) counts.set(name, (counts.get(name) ?? 0) + 1)
  return (name) => counts.get(name) ?? 0
}

function finish(
  builder: NetworkBuilder,
  input: OnnxValue,
  output: OnnxValue,
  value: Value,
  layout: Layout,
  { batchless = false }: OnnxOptions,
): Omit<ImportedModel, 'notes' | 'withArrays'> {
  if (value.kind === 'constant')
    throw new UnsupportedModelError('the output does not depend on the image', {
      received: printable(output.name),
      expected: 'scores of the image',
    })
  const rest = value.dimensions.slice(batchless ? 0 : 1)
  if (!batchless && !sameDimension(value.dimensions[0] ?? [], [batch]))
    throw new UnsupportedModelError('the output has no row for each image', {
      received: printable(output.name),
      expected: '[N, ...]',
    })
  const { wire, order } = ordered(builder, value.wire, rest, layout)
  const { network, weights } = builder.finish(wire)
  const shape = rest.map((dimension) => lengthOf(dimension) as number)
  const tensors = {
    input: {
      name: input.name,
      shape: batchless
        ? ((input.shape ?? []) as readonly number[])
        : sidesOf(input, network.nodes[0]?.attributes, layout),
      order: layout === 'nchw' ? 'chw' : 'hwc',
    },
    output: { name: output.name, shape, order },
  } satisfies Record<string, TensorForm>
  return { network, weights, info: { ...(takesBytes(input) && bytesAsTheyAre(network)), tensors } }
}

/** (x/255 − 0)/(1/255), for each channel. */
function bytesAsTheyAre({ nodes }: Network): Pick<ModelInfo, 'normalization'> {
  const image = nodes[0]?.attributes as { channels: number } | undefined
  const each = (value: number) => Array.from({ length: image?.channels ?? 0 }, () => value)
  return { normalization: { mean: each(0), std: each(1 / 255) } }
}

function sidesOf({ shape = [] }: OnnxValue, attributes: object | undefined, layout: Layout): readonly number[] {
  const { height, width, channels } = attributes as { height: number; width: number; channels: number }
  if (layout === 'nhwc') return [height, width, channels]
  return shape.length === 4 ? [channels, height, width] : shape.length === 3 ? [channels, width] : [channels]
}

/** The volume whose values are those of the output, by position or by channel; flattened where they are in another order. */
function ordered(
  builder: NetworkBuilder,
  wire: Wire,
  dimensions: readonly Dimension[],
  layout: Layout,
): { readonly wire: Wire; readonly order: TensorForm['order'] } {
  const { height, width, channels } = wire.volume
  const [h, w, c] = [whole('h', height), whole('w', width), whole('c', channels)]
  const found = joined(dimensions.flat())
  const isRank2 = dimensions.length === 1
  const isByChannel = sameDimension(found, joined([...c, ...h, ...w]))
  const isByPosition = sameDimension(found, joined([...h, ...w, ...c]))
  const usual = layout === 'nchw' ? 'chw' : 'hwc'
  const both = isByChannel && isByPosition
  // A vector of a map's values is a vector here as well.
  if (isRank2 && volumeSize(wire.volume) !== channels && (isByChannel || isByPosition)) {
    const flags = isByPosition ? [] : ['chw']
    return { wire: builder.add({ word: 'FLATTEN', parts: { flags }, inputs: [wire] }), order: usual }
  }
  if (both) return { wire, order: usual }
  if (isByChannel) return { wire, order: 'chw' }
  if (isByPosition) return { wire, order: 'hwc' }
  throw new UnsupportedModelError('the values of the output are in an order that no layer makes', {
    received: 'transposed axes',
    expected: '[N, K], [N, C, H, W] or [N, H, W, C]',
  })
}
