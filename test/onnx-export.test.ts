/** Exported models in ONNX Runtime: every layer, random networks and small networks of the zoo; and the way back. */

import { describe, expect, it } from 'vitest'
import { joined } from '../src/exchange/joined.ts'
import { exportOnnx } from '../src/exchange/onnx/export/export.ts'
import { graphOf } from '../src/exchange/onnx/export/graph.ts'
import { importModel, importOnnx } from '../src/exchange/onnx/import/import.ts'
import type { OnnxTensor } from '../src/exchange/onnx/proto/model.ts'
import { readOnnx } from '../src/exchange/onnx/proto/read.ts'
import { Model } from '../src/model/model.ts'
import { storedTensor } from '../src/model/safetensors/tensor.ts'
import { networkToJson } from '../src/network/json.ts'
import { inferVolumes } from '../src/network/volumes.ts'
import { parse } from '../src/notation/parse.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { Draw } from './differential/draw.ts'
import { drawTree, textOf } from './differential/networks.ts'
import { compare } from './onnxruntime/compare.ts'
import { missing, oracle } from './onnxruntime/run.ts'

/** What a runtime or an older operator set cannot say as it is. */
const traps = [
  // ONNX Runtime merges a Pad of zeros into a pooling.
  'INPUT 7x10x3 -> PAD p1 -> POOL3 s1',
  'INPUT 7x10x3 -> PAD p0x2 -> POOL2 s3x3 d2x1',
  'INPUT 7x10x3 -> PAD p1 -> AVGPOOL3 s1 p1',
  'INPUT 9x9x3 -> POOL3 s1 p3 d2',
  'INPUT 7x8x3 -> POOL3 s2 ceil',
  'INPUT 7x8x3 -> AVGPOOL3 s2 p1 ceil countpad',
  'INPUT 7x8x3 -> AVGPOOL3 s2 p1 ceil',
  'INPUT 7x9x3 -> AVGPOOL3 s1 d2 p2',
  'INPUT 7x9x3 -> L2POOL3 s1 d2 p2',
  'INPUT 7x8x3 -> L2POOL3 s2 ceil',
  'INPUT 5x4x6 -> LRN4 sum k=2',
  'INPUT 5x4x6 -> LRN3 map',
  'INPUT 5x4x6 -> LCN4',
  'INPUT 5x4x6 -> GN g3 eps=0.001',
  'INPUT 5x4x6 -> LN volume noscale',
  'INPUT 5x4x6 -> LN -> FC-7 -> LN noshift',
  'INPUT 8x5x4 -> UPSAMPLE to1x7 bilinear',
  'INPUT 8x5x4 -> UPSAMPLE to13x7',
  'INPUT 4x6x12 -> PIXELSHUFFLE2x3 dcr -> PIXELUNSHUFFLE2',
  'INPUT 5x6x3 -> LOCAL3-4 s2 p1',
  'INPUT 5x6x8 -> FC-6 -> RESHAPE 3x1x2 -> TCONV3-4 s2 p1 o1',
  'INPUT 5x6x8 -> RESHAPE 4x6x10 -> FLATTEN -> FC-3',
  'INPUT 5x6x8 -> RESHAPE 4x6x10 chw -> FLATTEN chw -> FC-3',
  'INPUT 6x6x4 -> AUX 0.3 (GAP -> FC-3) -> DROPOUT 0.4 -> FC-3 -> LOSS hinge',
  'INPUT 6x6x4 -> DROPOUT 0.4',
] as const

describe.skipIf(oracle === undefined)(`in ONNX Runtime${oracle === undefined ? ` (${missing})` : ''}`, () => {
  it.each(traps)('%s', async (text) => {
    for (const opset of [17, 22]) await check(text, { opset })
  })

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('random network %i', async (seed) => {
    await check(textOf(drawTree(Draw.seeded(seed, 'onnx'))), { opset: 17 + (seed % 6) })
  })

  it.each(['lenet5', 'squeezenet1.1'])('%s', async (name) => {
    const { difference, allowed } = await compare(zoo.network(name), {}, 'wasm')
    expect(difference).toBeLessThanOrEqual(allowed)
  })
})

async function check(text: string, options: { readonly opset: number }): Promise<void> {
  const network = parse(text)
  const { difference, allowed, back, changed } = await compare(network, options)
  expect(difference, text).toBeLessThanOrEqual(allowed)
  expect(back.network).toEqual(network)
  expect(changed).toBeUndefined()
}

describe('the way back', () => {
  const text = 'INPUT 4x6x3 -> CONV3-5 -> BN momentum=0.02 -> RELU -> DROPOUT 0.3 -> FC-4 -> LOSS hinge'
  const info = {
    classes: ['a', 'b', 'c', 'd'],
    normalization: { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] },
    origin: 'a test',
  }

  async function exported(options = {}) {
    await using model = await Model.create(parse(text), { info, seed: 3 })
    return {
      weights: await model.snapshot(),
      network: model.network,
      bytes: joined(exportOnnx({ network: model.network, weights: await model.snapshot(), info }, options)),
    }
  }

  it('keeps the network, the info, and the names that PyTorch would have', async () => {
    const { network, bytes } = await exported()
    const back = importOnnx(bytes)
    expect(back.network).toEqual(network)
    expect(back.info).toMatchObject(info)
    const { graph } = readOnnx(bytes)
    expect(graph.nodes.map(({ name }) => name)).toEqual(['conv1', 'bn1', 'relu1', 'fc1/flatten', 'fc1'])
    expect([...graph.initializers.keys()].slice(0, 3)).toEqual(['conv1.weight', 'conv1.bias', 'bn1.weight'])
    expect(graph.inputs).toEqual([{ name: 'input1', type: 1, shape: ['N', 3, 4, 6] }])
    expect(graph.outputs).toEqual([{ name: 'loss1', type: 1, shape: ['N', 4] }])
  })

  it('interprets a graph that is no longer the one of the network', async () => {
    const { bytes } = await exported()
    // Another program made the graph's Relu another operator of as many letters.
    const at = Buffer.from(bytes).indexOf('Relu')
    bytes.set(Buffer.from('Tanh'), at)
    const types = importOnnx(bytes).network.nodes.map(({ type }) => type)
    expect(types).toEqual(['input', 'conv', 'bn', 'tanh', 'fc'])
  })

  it('stores filters as 16-bit floats, and half of the bytes', async () => {
    const { network, weights } = await exported()
    const { bytes } = await exported({ half: true })
    const { graph } = readOnnx(bytes)
    expect(graph.nodes[0]).toMatchObject({ op: 'Cast', inputs: ['conv1.weight'] })
    const back = importOnnx(bytes)
    expect(back.network).toEqual(network)
    const { values } = weights.get('conv1.filters') as { values: Float32Array }
    const filters = new Float32Array(values.length)
    back.weights.get('conv1.filters')?.fill(filters)
    expect(
      filters.every((value, i) => Math.abs(value - (values[i] as number)) <= 2 ** -11 * Math.abs(value) + 2 ** -25),
    ).toBe(true)
  })

  it('calls and lays out input and output as the model came', async () => {
    const { network, weights } = await exported()
    const tensors = {
      input: { name: 'images', shape: [4, 6, 3], order: 'hwc' },
      output: { name: 'prob', shape: [4, 1, 1], order: 'chw' },
    } as const
    const { graph } = readOnnx(joined(exportOnnx({ network, weights, info: { tensors } })))
    expect(graph.inputs).toEqual([{ name: 'images', type: 1, shape: ['N', 4, 6, 3] }])
    expect(graph.outputs).toEqual([{ name: 'prob', type: 1, shape: ['N', 4, 1, 1] }])
  })

  it('is not written for operator sets that lack operators', async () => {
    await expect(exported({ opset: 12 })).rejects.toThrow('from 17 to 22')
  })

  it.each(zoo.names)('%s comes back as it went', (name) => {
    const network = zoo.network(name)
    const { nodes, initializers, input, output } = graphOf(network, undefined, 17)
    // The weights of all these networks would be gigabytes, and only their shapes matter here.
    const tensors = [...initializers].map(([key, { kind, shape, ...rest }]): [string, OnnxTensor] => {
      const bytes =
        'values' in rest
          ? kind === 'ints'
            ? new Uint8Array(BigInt64Array.from(rest.values, BigInt).buffer)
            : new Uint8Array(Float32Array.from(rest.values).buffer)
          : new Uint8Array()
      const dtype = kind === 'ints' ? 'I64' : 'F32'
      return [key, { name: key, stored: storedTensor(key, { dtype, shape, from: 0, to: bytes.length }, bytes) }]
    })
    const back = importModel({
      irVersion: 8,
      opsets: new Map([['', 17]]),
      producer: 'lenslet',
      metadata: new Map([['lenslet.network', networkToJson(network)]]),
      functions: [],
      graph: { name: 'network', nodes, initializers: new Map(tensors), inputs: [input], outputs: [output] },
    })
    expect(back.network).toEqual(network)
    expect([...back.weights.keys()]).toEqual(
      inferVolumes(network).flatMap(({ node, parameters }) => parameters.map((spec) => `${node.name}.${spec.name}`)),
    )
  })
})
