/** Small ONNX graphs for tests, and what the imported networks compute. */

import { Model } from '../../../../model/model.ts'
import { print } from '../../../../notation/print.ts'
import { joined } from '../../../joined.ts'
import { toChannels, toPositions } from '../../../layout.ts'
import type { OnnxAttribute, OnnxNode } from '../../proto/model.ts'
import { writeOnnx } from '../../proto/write.ts'
import { importOnnx } from '../import.ts'

export type Setting = number | string | readonly number[]

/** An operator: `['Conv', ['x', 'w'], 'y', { pads: [1, 1, 1, 1] }]`. Numbers with a fraction are floats. */
export type Line = readonly [op: string, inputs: readonly string[], output: string, settings?: Record<string, Setting>]

export interface TestGraph {
  /** With the batch first; a text is an open side. */
  readonly input: readonly (number | string)[]
  readonly lines: readonly Line[]
  /** float32, by name; `ints` for int64. The result is the value `y`. */
  readonly floats?: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>
  readonly ints?: Readonly<Record<string, readonly number[]>>
  readonly opset?: number
  /** ONNX's number of the element type of the input; default: float32. */
  readonly type?: number
  /** Inputs that nothing uses. */
  readonly unused?: readonly string[]
}

/** Settings that are floats although their values may be whole. */
const floats = new Set(['alpha', 'beta', 'epsilon', 'gamma', 'bias'])

function attribute(name: string, value: Setting): OnnxAttribute {
  if (typeof value === 'string') return { kind: 'text', value }
  if (typeof value !== 'number') return { kind: 'ints', value }
  return { kind: floats.has(name) || !Number.isInteger(value) ? 'float' : 'int', value }
}

export function bytesOf({
  input,
  lines,
  floats: arrays = {},
  ints = {},
  opset = 13,
  type = 1,
  unused = [],
}: TestGraph): Uint8Array {
  const nodes = lines.map(
    ([op, inputs, output, settings = {}]): OnnxNode => ({
      name: '',
      op,
      domain: '',
      inputs,
      outputs: [output],
      attributes: new Map(Object.entries(settings).map(([name, value]) => [name, attribute(name, value)])),
    }),
  )
  const initializers = [
    ...Object.entries(arrays).map(([name, { shape, values }]) => tensor(name, 1, shape, Float32Array.from(values))),
    ...Object.entries(ints).map(([name, values]) =>
      tensor(name, 7, [values.length], BigInt64Array.from(values, BigInt)),
    ),
  ]
  const graph = {
    name: 'test',
    nodes,
    initializers,
    inputs: [...unused.map((name) => ({ name, type: 9, shape: [] })), { name: 'x', type, shape: input }],
    outputs: [{ name: 'y', type: 1, shape: undefined }],
  }
  return joined(writeOnnx({ irVersion: 8, opset, producer: 'test', metadata: new Map(), graph }))
}

function tensor(name: string, type: number, shape: readonly number[], values: Float32Array | BigInt64Array) {
  const bytes = new Uint8Array(values.buffer)
  return { name, type, shape, byteLength: bytes.length, bytes: () => bytes }
}

/** The network as text, without names. */
export function textOf(graph: TestGraph): string {
  return print(importOnnx(bytesOf(graph)).network)
}

/** Values for a test, between −2 and 2, all different. */
export function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, at) => Math.fround(2 * Math.sin(1.3 * at + 0.4)))
}

/** The result for [N, C, H, W] in that order, on the backend of reference, in float64 inside. */
export async function run(graph: TestGraph, x: Float32Array): Promise<Float32Array> {
  const { network, weights, info } = importOnnx(bytesOf(graph))
  const model = await Model.create(network, { backend: 'reference', weights, info })
  const isByChannel = info.tensors?.input.order === 'chw'
  const y = await model.predict(isByChannel ? toPositions(x, model.input) : x)
  const out = info.tensors?.output.order === 'chw' ? toChannels(y, model.output) : y
  await model.dispose()
  return out
}
