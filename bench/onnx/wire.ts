/**
 * The few messages of ONNX that a network needs, written with `pbf`. Field numbers are those of onnx.proto (IR version 8).
 * Lengths of big tensors are written ahead, so that half a gigabyte of weights is copied once.
 */

import { PbfWriter } from 'pbf'

export type Attribute = number | { readonly float: number } | readonly number[]

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes?: Readonly<Record<string, Attribute>>
}

export interface OnnxTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array | BigInt64Array
}

export interface OnnxPort {
  readonly name: string
  readonly shape: readonly number[]
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly tensors: readonly OnnxTensor[]
  readonly input: OnnxPort
  readonly output: OnnxPort
}

const float = 1
const int64 = 7

export function writeModel(graph: OnnxGraph): Uint8Array {
  const writer = new PbfWriter()
  writer.writeVarintField(1, 8)
  writer.writeStringField(2, 'lenslet-bench')
  writer.writeMessage(7, writeGraph, graph)
  writer.writeMessage(8, (version: number, pbf: PbfWriter) => pbf.writeVarintField(2, version), 13)
  return writer.finish()
}

function writeGraph({ nodes, tensors, input, output }: OnnxGraph, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node)
  pbf.writeStringField(2, 'network')
  for (const tensor of tensors) pbf.writeMessage(5, writeTensor, tensor)
  pbf.writeMessage(11, writePort, input)
  pbf.writeMessage(12, writePort, output)
}

function writeNode({ op, inputs, output, attributes = {} }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input)
  pbf.writeStringField(2, output)
  pbf.writeStringField(3, output)
  pbf.writeStringField(4, op)
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute)
}

function writeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value)
    pbf.writeVarintField(20, 2)
  } else if ('float' in value) {
    pbf.writeFloatField(2, value.float)
    pbf.writeVarintField(20, 1)
  } else {
    for (const item of value) pbf.writeVarintField(8, item)
    pbf.writeVarintField(20, 7)
  }
}

function writeTensor({ name, shape, values }: OnnxTensor, pbf: PbfWriter): void {
  for (const side of shape) pbf.writeVarintField(1, side)
  pbf.writeVarintField(2, values instanceof Float32Array ? float : int64)
  pbf.writeStringField(8, name)
  pbf.writeBytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}

function writePort({ name, shape }: OnnxPort, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeMessage(2, writeType, shape)
}

/** TypeProto: tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 } } } */
function writeType(shape: readonly number[], pbf: PbfWriter): void {
  pbf.writeMessage(
    1,
    (sides: readonly number[], tensor: PbfWriter) => {
      tensor.writeVarintField(1, float)
      tensor.writeMessage(2, writeShape, sides)
    },
    shape,
  )
}

function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const side of shape) pbf.writeMessage(1, (value: number, dim: PbfWriter) => dim.writeVarintField(1, value), side)
}
