/** Reads the protobuf of an ONNX model (onnx.proto3, IR versions 3 and later) as plain data. */

import type { Bytes } from '../../../core/bytes.ts'
import { ForeignFileError } from '../../errors.ts'
import { type Field, readMessage } from '../../protobuf.ts'
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './model.ts'
import { readPair, readTensor } from './tensor.ts'

/** @throws {ForeignFileError} not an ONNX model, or one that is damaged or cut short */
export function readOnnx(bytes: Uint8Array | Bytes): OnnxModel {
  const opsets = new Map<string, number>()
  const metadata = new Map<string, string>()
  const functions: string[] = []
  let [irVersion, producer] = [0, '']
  let graph: OnnxGraph | undefined
  readMessage(bytes, (field) => {
    switch (field.number) {
      case 1:
        irVersion = field.int()
        break
      case 2:
        producer = field.text()
        break
      case 7:
        graph = readGraph(field)
        break
      case 8: {
        let [domain, version] = ['', 0]
        field.message((each) => {
          if (each.number === 1) domain = each.text()
          if (each.number === 2) version = each.int()
        })
        opsets.set(domain === 'ai.onnx' ? '' : domain, version)
        break
      }
      case 14:
        metadata.set(...readPair(field))
        break
      case 25:
        functions.push(nameOf(field))
    }
  })
  if (graph === undefined || irVersion === 0) {
    throw new ForeignFileError('not an ONNX model, or cut short', {
      received: `${bytes.length} bytes without a graph or an IR version`,
      expected: 'an ONNX model',
      advice: 'fetch the file again',
    })
  }
  return { irVersion, opsets, producer, metadata, graph, functions }
}

function readGraph(field: Field): OnnxGraph {
  const nodes: OnnxNode[] = []
  const initializers = new Map<string, OnnxTensor>()
  const [inputs, outputs]: [OnnxValue[], OnnxValue[]] = [[], []]
  let name = ''
  field.message((each) => {
    switch (each.number) {
      case 1:
        nodes.push(readNode(each))
        break
      case 2:
        name = each.text()
        break
      case 5: {
        const tensor = readTensor(each)
        if (initializers.has(tensor.name)) throw twice(tensor.name)
        initializers.set(tensor.name, tensor)
        break
      }
      case 11:
        inputs.push(readValue(each))
        break
      case 12:
        outputs.push(readValue(each))
        break
      case 15:
        throw new ForeignFileError('sparse initializers are not read', {
          received: 'a sparse tensor',
          expected: 'dense weights',
          advice: 'save the model with dense weights',
        })
    }
  })
  return { name, nodes, initializers, inputs, outputs }
}

function twice(name: string): ForeignFileError {
  return new ForeignFileError('two initializers have the same name', { received: name, expected: 'a name for each' })
}

function nameOf(field: Field): string {
  let name = ''
  field.message((each) => {
    if (each.number === 1) name = each.text()
  })
  return name
}

function readNode(field: Field): OnnxNode {
  const [inputs, outputs]: [string[], string[]] = [[], []]
  const attributes = new Map<string, OnnxAttribute>()
  let [name, op, domain] = ['', '', '']
  field.message((each) => {
    switch (each.number) {
      case 1:
        inputs.push(each.text())
        break
      case 2:
        outputs.push(each.text())
        break
      case 3:
        name = each.text()
        break
      case 4:
        op = each.text()
        break
      case 5:
        attributes.set(...readAttribute(each))
        break
      case 7:
        domain = each.text()
    }
  })
  return { name, op, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes }
}

/** By AttributeProto.type; files before IR version 2 do not say it, and then the field that is there does. */
function readAttribute(field: Field): [name: string, value: OnnxAttribute] {
  let [name, type, float, int, text] = ['', 0, 0, 0, '']
  const [floats, ints]: [number[], number[]] = [[], []]
  const texts: string[] = []
  let tensor: OnnxTensor | undefined
  let found = 0
  field.message((each) => {
    if (each.number >= 2 && each.number <= 11) found = each.number
    switch (each.number) {
      case 1:
        name = each.text()
        break
      case 2:
        float = each.float()
        break
      case 3:
        int = each.int()
        break
      case 4:
        text = each.text()
        break
      case 5:
        tensor = readTensor(each)
        break
      case 7:
        each.floats(floats)
        break
      case 8:
        each.ints(ints)
        break
      case 9:
        texts.push(each.text())
        break
      case 20:
        type = each.int()
    }
  })
  // The types' numbers are the fields' less one.
  switch (type === 0 ? found - 1 : type) {
    case 1:
      return [name, { kind: 'float', value: float }]
    case 2:
      return [name, { kind: 'int', value: int }]
    case 3:
      return [name, { kind: 'text', value: text }]
    case 4:
      return [name, tensor === undefined ? { kind: 'other' } : { kind: 'tensor', value: tensor }]
    case 5:
      return [name, { kind: 'graph' }]
    case 6:
      return [name, { kind: 'floats', value: floats }]
    case 7:
      return [name, { kind: 'ints', value: ints }]
    case 8:
      return [name, { kind: 'texts', value: texts }]
    default:
      return [name, { kind: 'other' }]
  }
}

function readValue(field: Field): OnnxValue {
  let [name, type] = ['', 0]
  let shape: (number | string)[] | undefined
  field.message((each) => {
    if (each.number === 1) name = each.text()
    if (each.number !== 2) return
    each.message((kind) => {
      if (kind.number !== 1) return
      kind.message((part) => {
        if (part.number === 1) type = part.int()
        if (part.number === 2) shape = readShape(part)
      })
    })
  })
  return { name, type, shape }
}

function readShape(field: Field): (number | string)[] {
  const shape: (number | string)[] = []
  field.message((dimension) => {
    if (dimension.number !== 1) return
    let side: number | string = ''
    dimension.message((each) => {
      if (each.number === 1) side = each.int()
      if (each.number === 2) side = each.text()
    })
    shape.push(side)
  })
  return shape
}
