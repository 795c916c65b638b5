/**
 * Writes the protobuf of an ONNX model in parts (onnx.proto3). Weights are parts of their own and are asked for one by one, so
 * the model is never in memory twice.
 */

import { PbfWriter } from 'pbf'
import { UnsupportedModelError } from '../../errors.ts'
import type { OnnxAttribute, OnnxNode, OnnxValue } from './model.ts'

export interface WrittenTensor {
  readonly name: string
  /** ONNX's number of the element type: 1 is float32, 7 int64, 10 float16. */
  readonly type: number
  readonly shape: readonly number[]
  readonly byteLength: number
  /** Little-endian. */
  bytes(): Uint8Array
}

export interface WrittenModel {
  readonly irVersion: number
  readonly opset: number
  readonly producer: string
  readonly metadata: ReadonlyMap<string, string>
  readonly graph: {
    readonly name: string
    readonly nodes: readonly OnnxNode[]
    readonly initializers: readonly WrittenTensor[]
    readonly inputs: readonly OnnxValue[]
    readonly outputs: readonly OnnxValue[]
  }
}

/** What a protobuf message may be long: 2 GiB less one byte. */
const longest = 2 ** 31 - 1

/** @throws {UnsupportedModelError} the model is larger than a protobuf message can be */
export function writeOnnx({ irVersion, opset, producer, metadata, graph }: WrittenModel): Iterable<Uint8Array> {
  const start = message((pbf) => {
    pbf.writeVarintField(1, irVersion)
    pbf.writeStringField(2, producer)
  })
  const end = message((pbf) => {
    pbf.writeMessage(8, (_, own) => own.writeVarintField(2, opset), undefined)
    for (const pair of metadata) pbf.writeMessage(14, writePair, pair)
  })
  const before = message((pbf) => {
    for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node)
    pbf.writeStringField(2, graph.name)
  })
  const heads = graph.initializers.map(tensorHead)
  const after = message((pbf) => {
    for (const value of graph.inputs) pbf.writeMessage(11, writeValue, value)
    for (const value of graph.outputs) pbf.writeMessage(12, writeValue, value)
  })
  const values = graph.initializers.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const length = heads.reduce((sum, head) => sum + head.length, before.length + after.length + values)
  if (start.length + end.length + length + 16 > longest) {
    throw new UnsupportedModelError('the model is larger than an ONNX file can be', {
      received: `${(values / 2 ** 30).toFixed(2)} GiB of weights`,
      expected: 'less than 2 GiB, the limit of protobuf',
      advice: 'write it with --half, or as safetensors',
    })
  }
  const open = message((pbf) => fieldHead(pbf, 7, length))
  return {
    *[Symbol.iterator]() {
      yield start
      yield open
      yield before
      for (const [index, tensor] of graph.initializers.entries()) {
        yield heads[index] as Uint8Array
        yield tensor.bytes()
      }
      yield after
      yield end
    },
  }
}

function message(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter()
  write(pbf)
  return pbf.finish()
}

/** Tag and length of a field whose bytes follow. */
function fieldHead(pbf: PbfWriter, field: number, length: number): void {
  pbf.writeTag(field, 2)
  pbf.writeVarint(length)
}

/** A TensorProto in the field `initializer` up to its values, which come last. */
function tensorHead({ name, type, shape, byteLength }: WrittenTensor): Uint8Array {
  const fields = message((pbf) => {
    pbf.writePackedVarint(1, [...shape])
    pbf.writeVarintField(2, type)
    pbf.writeStringField(8, name)
    fieldHead(pbf, 9, byteLength)
  })
  const head = message((pbf) => fieldHead(pbf, 5, fields.length + byteLength))
  const both = new Uint8Array(head.length + fields.length)
  both.set(head)
  both.set(fields, head.length)
  return both
}

function writePair([key, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key)
  pbf.writeStringField(2, value)
}

function writeNode({ name, op, inputs, outputs, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input)
  for (const output of outputs) pbf.writeStringField(2, output)
  pbf.writeStringField(3, name)
  pbf.writeStringField(4, op)
  for (const attribute of attributes) pbf.writeMessage(5, writeAttribute, attribute)
}

function writeAttribute([name, attribute]: readonly [string, OnnxAttribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  switch (attribute.kind) {
    case 'float':
      pbf.writeFloatField(2, attribute.value)
      break
    case 'int':
      pbf.writeVarintField(3, attribute.value)
      break
    case 'text':
      pbf.writeStringField(4, attribute.value)
      break
    case 'ints':
      pbf.writePackedVarint(8, [...attribute.value])
      break
    default:
      throw new UnsupportedModelError('this attribute is not written', { received: `${name}, ${attribute.kind}` })
  }
  pbf.writeVarintField(20, attributeTypes[attribute.kind])
}

const attributeTypes = { float: 1, int: 2, text: 3, ints: 7 } as const

function writeValue({ name, type, shape = [] }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeMessage(2, writeType, { type, shape })
}

interface TensorType {
  readonly type: number
  readonly shape: readonly (number | string)[]
}

function writeType(value: TensorType, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, value)
}

function writeTensorType({ type, shape }: TensorType, pbf: PbfWriter): void {
  pbf.writeVarintField(1, type)
  pbf.writeMessage(2, writeShape, shape)
}

function writeShape(shape: TensorType['shape'], pbf: PbfWriter): void {
  for (const side of shape) pbf.writeMessage(1, writeSide, side)
}

function writeSide(side: number | string, pbf: PbfWriter): void {
  if (typeof side === 'number') pbf.writeVarintField(1, side)
  else pbf.writeStringField(2, side)
}
