/**
 * A Lenslet network with its weights as an ONNX graph (NCHW), and as a model of opset 13 for the runtimes that read it.
 * Only what the benchmark's networks have: one row a layer type; a type without a row is named.
 */

import type { Shape, Volume } from 'lenslet'
import type { SizedNode } from 'lenslet/network'
import type { LayerAttributes, Subject, Tensor } from '../values.ts'
import { type Attribute, type OnnxGraph, type OnnxNode, type OnnxTensor, writeModel } from './wire.ts'

interface Context {
  readonly inputs: readonly Volume[]
  readonly output: Volume
  readonly attributes: LayerAttributes
  /** A weight of this layer by its short name, or undefined. */
  weight(name: string): Tensor | undefined
}

interface Written {
  readonly op: string
  readonly attributes?: Record<string, Attribute>
  /** After the layer's own inputs, in this order; by the weights' short names. */
  readonly tensors?: Readonly<Record<string, Omit<OnnxTensor, 'name'> | undefined>>
  /** A node before it. */
  readonly first?: string
}

const window = ({ kernel, stride, padding, dilation }: LayerAttributes): Record<string, Attribute> => ({
  kernel_shape: kernel,
  strides: stride,
  pads: padding,
  dilations: dilation,
})

const rows: Readonly<Record<string, (layer: Context) => Written>> = {
  conv: ({ attributes, weight }) => ({
    op: 'Conv',
    attributes: { ...window(attributes), group: attributes.groups },
    tensors: { filters: filtersFirst(weight('filters') as Tensor), bias: weight('bias') },
  }),
  fc: ({ inputs: [input], weight }) => ({
    op: 'Gemm',
    first: 'Flatten',
    attributes: { transB: 1 },
    tensors: { filters: matrix(weight('filters') as Tensor, input as Volume), bias: weight('bias') },
  }),
  bn: ({ attributes, weight }) => ({
    op: 'BatchNormalization',
    attributes: { epsilon: { float: attributes.epsilon } },
    tensors: Object.fromEntries(['scale', 'shift', 'mean', 'variance'].map((name) => [name, weight(name)])),
  }),
  pool: ({ attributes }) => ({
    op: 'MaxPool',
    attributes: { ...window(attributes), ceil_mode: attributes.ceil ? 1 : 0 },
  }),
  avgpool: ({ attributes }) => {
    const { dilations: _, ...own } = window(attributes)
    const [ceil, count] = [attributes.ceil ? 1 : 0, attributes.countPadding ? 1 : 0]
    return { op: 'AveragePool', attributes: { ...own, ceil_mode: ceil, count_include_pad: count } }
  },
  relu: () => ({ op: 'Relu' }),
  relu6: () => ({ op: 'Clip', tensors: { lowest: scalar(0), highest: scalar(6) } }),
  lrelu: ({ attributes: { parameter = 0.01 } }) => ({ op: 'LeakyRelu', attributes: { alpha: { float: parameter } } }),
  gelu: () => ({ op: 'Gelu' }),
  sigmoid: () => ({ op: 'Sigmoid' }),
  tanh: () => ({ op: 'Tanh' }),
  gap: () => ({ op: 'GlobalAveragePool' }),
  add: () => ({ op: 'Add' }),
  concat: () => ({ op: 'Concat', attributes: { axis: 1 } }),
  dropout: () => ({ op: 'Identity' }),
  softmax: () => ({ op: 'Softmax', attributes: { axis: 1 } }),
  widen: ({ inputs: [input], output }) => {
    const more = output.channels - (input as Volume).channels
    const before = more >> 1
    const pads = [0, before, 0, 0, 0, more - before, 0, 0]
    return { op: 'Pad', tensors: { pads: { shape: [8], values: BigInt64Array.from(pads, BigInt) } } }
  },
}

/** The model's bytes. Throws where a layer has no row. */
export function onnxModel(subject: Subject, batch: number): Uint8Array {
  const { nodes, tensors, ...ports } = onnxGraph(subject, batch)
  return writeModel({
    ...ports,
    nodes: nodes.flatMap((node) => (node.op === 'Gelu' ? byErf(node) : [node])),
    tensors: [...tensors, ...(nodes.some(({ op }) => op === 'Gelu') ? erfTensors : [])],
  })
}

const scalar = (value: number) => ({ shape: [], values: Float32Array.of(value) })

const erfTensors: readonly OnnxTensor[] = Object.entries({ root: Math.SQRT2, one: 1, half: 0.5 }).map(
  ([name, value]) => ({ name: `gelu.${name}`, ...scalar(value) }),
)

/** Opset 13 has no Gelu, which is ½·x·(1 + erf(x/√2)); exporters write it so, and runtimes find it again. */
function byErf({ inputs: [x = ''], output }: OnnxNode): OnnxNode[] {
  const part = (name: string) => `${output}.${name}`
  return [
    { op: 'Div', inputs: [x, 'gelu.root'], output: part('scaled') },
    { op: 'Erf', inputs: [part('scaled')], output: part('erf') },
    { op: 'Add', inputs: [part('erf'), 'gelu.one'], output: part('sum') },
    { op: 'Mul', inputs: [x, part('sum')], output: part('product') },
    { op: 'Mul', inputs: [part('product'), 'gelu.half'], output },
  ]
}

/** Nodes in order; tensors have the weights' full names. `Gelu` is still one node, as in opset 20. */
export function onnxGraph({ nodes, weights }: Subject, batch: number): OnnxGraph {
  const written: OnnxNode[] = []
  const tensors: OnnxTensor[] = []
  for (const { node, inputs, output } of nodes.slice(1)) {
    const row = rows[node.type]
    if (row === undefined) throw new Error(`no ONNX for the layer ${node.type}`)
    const attributes = node.attributes as LayerAttributes
    const weight = (name: string) => weights.get(`${node.name}.${name}`)
    const { op, attributes: own = {}, tensors: more = {}, first } = row({ inputs, output, attributes, weight })
    let sources = [...node.inputs]
    if (first !== undefined) {
      const output = `${node.name}.before`
      written.push({ op: first, inputs: sources, output })
      sources = [output]
    }
    for (const [short, tensor] of Object.entries(more)) {
      if (tensor === undefined) continue
      const name = `${node.name}.${short}`
      tensors.push({ name, ...tensor })
      sources.push(name)
    }
    written.push({ op, inputs: sources, output: node.name, attributes: own })
  }
  const [input, last] = [nodes[0] as SizedNode, nodes.at(-1) as SizedNode]
  return {
    nodes: written,
    tensors,
    input: { name: input.node.name, shape: planes(input.output, batch) },
    output: {
      name: last.node.name,
      shape: last.node.type === 'fc' ? [batch, last.output.channels] : planes(last.output, batch),
    },
  }
}

const planes = ({ height, width, channels }: Volume, batch: number) => [batch, channels, height, width]

/** [Fh, Fw, C, K] to [K, C, Fh, Fw]. */
export function filtersFirst({ shape, values }: Tensor): Tensor {
  const [rows = 1, columns = 1, depth = 1, filters = 1] = shape
  const positions = rows * columns
  const result = new Float32Array(values.length)
  for (let position = 0; position < positions; position++)
    for (let c = 0; c < depth; c++)
      for (let k = 0; k < filters; k++)
        result[(k * depth + c) * positions + position] = values[(position * depth + c) * filters + k] as number
  return { shape: [filters, depth, rows, columns], values: result }
}

/** Back: [K, C, Fh, Fw] to `shape`, which is [Fh, Fw, C, K]. */
export function filtersLast(
  values: Float32Array,
  [rows = 1, columns = 1, depth = 1, filters = 1]: Shape,
): Float32Array {
  const positions = rows * columns
  const result = new Float32Array(values.length)
  for (let position = 0; position < positions; position++)
    for (let c = 0; c < depth; c++)
      for (let k = 0; k < filters; k++)
        result[(position * depth + c) * filters + k] = values[(k * depth + c) * positions + position] as number
  return result
}

/** [h, w, c, units] to [units, c·h·w], as Flatten of NCHW wants it. */
function matrix(filters: Tensor, { height, width, channels }: Volume): Tensor {
  const { values, shape } = filtersFirst(filters)
  return { shape: [shape[0] as number, height * width * channels], values }
}
