/**
 * A Lenslet network with its weights as an ONNX model (opset 13, NCHW), for the runtimes that read it. Only what the
 * benchmark's networks have: one row a layer type; a type without a row is named.
 */

import type { Volume } from 'lenslet'
import type { SizedNode } from 'lenslet/network'
import type { LayerAttributes, Subject, Tensor } from '../values.ts'
import { type Attribute, type OnnxNode, type OnnxTensor, writeModel } from './wire.ts'

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
  /** After the layer's own inputs; named after the layer. */
  readonly tensors?: readonly (Omit<OnnxTensor, 'name'> | undefined)[]
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
    tensors: [filtersFirst(weight('filters') as Tensor), weight('bias')],
  }),
  fc: ({ inputs: [input], weight }) => ({
    op: 'Gemm',
    first: 'Flatten',
    attributes: { transB: 1 },
    tensors: [matrix(weight('filters') as Tensor, input as Volume), weight('bias')],
  }),
  bn: ({ attributes, weight }) => ({
    op: 'BatchNormalization',
    attributes: { epsilon: { float: attributes.epsilon } },
    tensors: [weight('scale'), weight('shift'), weight('mean'), weight('variance')],
  }),
  pool: ({ attributes }) => ({
    op: 'MaxPool',
    attributes: { ...window(attributes), ceil_mode: attributes.ceil ? 1 : 0 },
  }),
  relu: () => ({ op: 'Relu' }),
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
    return { op: 'Pad', tensors: [{ shape: [8], values: BigInt64Array.from(pads, BigInt) }] }
  },
}

/** The model's bytes. Throws where a layer has no row. */
export function onnxModel({ nodes, weights }: Subject, batch: number): Uint8Array {
  const written: OnnxNode[] = []
  const tensors: OnnxTensor[] = []
  for (const sized of nodes.slice(1)) {
    const { node, inputs, output } = sized
    const row = rows[node.type]
    if (row === undefined) throw new Error(`no ONNX for the layer ${node.type}`)
    const attributes = node.attributes as LayerAttributes
    const weight = (name: string) => weights.get(`${node.name}.${name}`)
    const { op, attributes: own = {}, tensors: more = [], first } = row({ inputs, output, attributes, weight })
    let sources = [...node.inputs]
    if (first !== undefined) {
      const output = `${node.name}.before`
      written.push({ op: first, inputs: sources, output })
      sources = [output]
    }
    for (const [index, tensor] of more.entries()) {
      if (tensor === undefined) continue
      const name = `${node.name}.${index}`
      tensors.push({ name, ...tensor })
      sources.push(name)
    }
    written.push({ op, inputs: sources, output: node.name, attributes: own })
  }
  const [input, last] = [nodes[0] as SizedNode, nodes.at(-1) as SizedNode]
  return writeModel({
    nodes: written,
    tensors,
    input: { name: input.node.name, shape: planes(input.output, batch) },
    output: {
      name: last.node.name,
      shape: last.node.type === 'fc' ? [batch, last.output.channels] : planes(last.output, batch),
    },
  })
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

/** [h, w, c, units] to [units, c·h·w], as Flatten of NCHW wants it. */
function matrix(filters: Tensor, { height, width, channels }: Volume): Tensor {
  const { values, shape } = filtersFirst(filters)
  return { shape: [shape[0] as number, height * width * channels], values }
}
