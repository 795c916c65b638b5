/**
 * A network with its weights as an ONNX model that runtimes and viewers take: the standard operators of the operator set, an
 * open batch size, the layers' names. Decision 30 says how it comes back as the same network.
 */

import { ArgumentError } from '../../../core/errors.ts'
import { checkOptions } from '../../../core/options.ts'
import { sizeOf } from '../../../core/shapes.ts'
import { networkToJson } from '../../../network/json.ts'
import { halfBytes } from '../../half.ts'
import type { ExportedModel } from '../../types.ts'
import { type WrittenTensor, writeOnnx } from '../proto/write.ts'
import { type DraftGraph, type Initializer, valuesOf } from './draft.ts'
import { graphOf } from './graph.ts'
import { withHalves } from './halves.ts'
import { metadataKeys } from './metadata.ts'

export interface OnnxExportOptions {
  /** The version of the operator set, from 17 (the default) to 22. */
  readonly opset?: number | undefined
  /** Filters as 16-bit floats, which the graph casts to float32 when it is loaded. */
  readonly half?: boolean | undefined
}

const opsets = { least: 17, most: 22 } as const
/** The IR version that came with an operator set. */
const irVersions: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10 }

/**
 * The file in parts, in order. Values are NCHW, as ONNX has them; input and output are called and laid out as
 * `info.tensors` says, or after the first and the last layer. Dropout and auxiliary heads do nothing at inference and are left out.
 * Throws `ArgumentError` for another operator set, and `UnsupportedModelError` for more than 2 GiB.
 */
export function exportOnnx(model: ExportedModel, options: OnnxExportOptions = {}): Iterable<Uint8Array> {
  checkOptions<OnnxExportOptions>('exportOnnx', options, { opset: true, half: true })
  const { opset = opsets.least, half = false } = options
  if (!Number.isInteger(opset) || opset < opsets.least || opset > opsets.most) {
    throw new ArgumentError('ONNX models are not written for this operator set', {
      received: `${opset}`,
      expected: `a whole number from ${opsets.least} to ${opsets.most}`,
    })
  }
  const { network, info } = model
  const plain = graphOf(network, info.tensors, opset)
  const graph = half ? withHalves(plain) : plain
  return writeOnnx({
    irVersion: irVersions[opset] as number,
    opset,
    producer: 'lenslet',
    metadata: new Map([
      [metadataKeys.network, networkToJson(network)],
      [metadataKeys.info, JSON.stringify(info)],
    ]),
    graph: {
      name: 'network',
      nodes: graph.nodes,
      initializers: tensorsOf(graph, model),
      inputs: [graph.input],
      outputs: [graph.output],
    },
  })
}

const types = { float32: 1, int64: 7, float16: 10 } as const

function tensorsOf(graph: DraftGraph, { weights }: ExportedModel): readonly WrittenTensor[] {
  return [...graph.initializers].map(([name, initializer]) => {
    const { shape } = initializer
    const count = sizeOf(shape)
    if (initializer.kind === 'ints')
      return tensor(name, types.int64, shape, 8 * count, () => BigInt64Array.from(initializer.values, BigInt))
    if (initializer.kind === 'floats')
      return tensor(name, types.float32, shape, 4 * count, () => Float32Array.from(initializer.values))
    const values = () => valuesOf(initializer, weightOf(initializer, weights))
    return initializer.half === true
      ? tensor(name, types.float16, shape, 2 * count, () => halfBytes(values(), initializer.weight))
      : tensor(name, types.float32, shape, 4 * count, values)
  })
}

function weightOf(
  { weight, from }: Extract<Initializer, { kind: 'weight' }>,
  weights: ExportedModel['weights'],
): Float32Array {
  // Once: values may be read from a file at each call.
  const values = weights.get(weight)?.values
  if (values?.length === sizeOf(from)) return values
  throw new ArgumentError(`${weight}: the weights do not fit the network`, {
    received: values === undefined ? 'no such weight' : `${values.length} values`,
    expected: `${sizeOf(from)} values`,
  })
}

function tensor(
  name: string,
  type: number,
  shape: readonly number[],
  byteLength: number,
  values: () => ArrayBufferView,
): WrittenTensor {
  const bytes = () => {
    const { buffer, byteOffset, byteLength: length } = values()
    return new Uint8Array(buffer, byteOffset, length)
  }
  return { name, type, shape, byteLength, bytes }
}
