/** Files of other programs: ONNX graphs, PyTorch's pickles, NumPy's arrays. */

import type { Random } from '../../../src/core/random.ts'
import { sizeOf } from '../../../src/core/shapes.ts'
import { readNpzFile, writeNpzFile } from '../../../src/exchange/numpy/files.ts'
import { readNpy } from '../../../src/exchange/numpy/npy.ts'
import { exportOnnx } from '../../../src/exchange/onnx/export/export.ts'
import { importModel, importOnnx } from '../../../src/exchange/onnx/import/import.ts'
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../../src/exchange/onnx/proto/model.ts'
import { readOnnx } from '../../../src/exchange/onnx/proto/read.ts'
import { type WrittenModel, writeOnnx } from '../../../src/exchange/onnx/proto/write.ts'
import { readPytorch } from '../../../src/exchange/pytorch/read.ts'
import { writePytorch } from '../../../src/exchange/pytorch/write.ts'
import type { ImportedModel, TensorFile } from '../../../src/exchange/types.ts'
import { readZip } from '../../../src/exchange/zip.ts'
import { Model } from '../../../src/model/model.ts'
import { storedTensor } from '../../../src/model/safetensors/tensor.ts'
import type { StoredTensor } from '../../../src/model/safetensors.ts'
import { inferVolumes } from '../../../src/network/volumes.ts'
import { parse } from '../../../src/notation/parse.ts'
import { expectThat } from '../row.ts'
import { edges, faults, mutateBytes } from './bytes.ts'
import { encode, type Format, pick } from './format.ts'
import { hostileNpy, zeros } from './hostile/numpy.ts'
import { hostileOnnx } from './hostile/onnx.ts'
import { hostilePytorch } from './hostile/pytorch.ts'
import { hostileZips } from './hostile/zip.ts'
import { instructionsOf, mutatePickle } from './pickle.ts'
import { fieldsOf, mutateProtobuf } from './protobuf.ts'
import { deflatedZip, type Entry, mutateZip, storedZip } from './zip.ts'

function joined(parts: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...parts]))
}

const networks = [
  'INPUT 6x6x2 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-3 -> SOFTMAX',
  'INPUT 6x6x4 -> CONV3-4 g2 s2 p0,0,1,1 -> HARDSWISH -> MULTIPLY(ID | GAP -> CONV1-4 -> SIGMOID) -> GAP -> FC-2',
  'INPUT 5x5x2 -> CONCAT(CONV1-2 | AVGPOOL3 s1 p1 countpad -> PRELU) -> SHUFFLE g2 -> TCONV2-2 s2 -> UPSAMPLE2 -> LN -> GMP -> FC-2',
]

async function onnxFile(text: string): Promise<Uint8Array> {
  await using model = await Model.create(parse(text), { seed: 1, threads: 1 })
  const { network, info } = model
  return joined(exportOnnx({ network, info, weights: await model.snapshot() }, {}))
}

/** What was accepted must be a network whose weights all have values. */
export function checkModel({ network, weights }: ImportedModel): void {
  for (const { node, parameters } of inferVolumes(network)) {
    for (const { name, shape } of parameters) {
      const into = new Float32Array(sizeOf(shape))
      weights.get(`${node.name}.${name}`)?.fill(into)
      expectThat(weights.has(`${node.name}.${name}`), `${node.name} has no ${name}`)
    }
  }
}

const ops =
  'Conv Relu Add Mul Reshape Transpose Concat Split Slice Gather Shape Resize Gemm MatMul Pad Softmax Squeeze Clip Nothing'.split(
    ' ',
  )

/** A valid file with one or a few of its parts changed: an operator, a wire, a number, the shape of a tensor. */
function mutateModel(random: Random, model: OnnxModel): WrittenModel {
  const { graph } = model
  let nodes = [...graph.nodes]
  const initializers = new Map(graph.initializers)
  const values = [...nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]), '', 'x', '__proto__']
  for (let count = 1 + random.integer(3); count > 0; count--) {
    const at = random.integer(nodes.length)
    const node = nodes[at] as OnnxNode
    const changed = (list: readonly string[]) =>
      list.map((each) => (random.integer(list.length + 1) === 0 ? pick(random, values) : each))
    switch (random.integer(7)) {
      case 0:
        nodes[at] = { ...node, op: pick(random, ops) }
        break
      case 1:
        nodes[at] = { ...node, inputs: changed(node.inputs) }
        break
      case 2:
        nodes[at] = { ...node, outputs: changed(node.outputs) }
        break
      case 3:
        nodes[at] = {
          ...node,
          attributes: new Map([...node.attributes].map(([name, value]) => [name, mutateAttribute(random, value)])),
        }
        break
      case 4:
        nodes = nodes.filter((_, index) => index !== at)
        break
      case 5:
        nodes.splice(random.integer(nodes.length + 1), 0, node)
        break
      default: {
        const name = pick(random, [...initializers.keys()])
        initializers.set(name, mutateTensor(random, initializers.get(name) as OnnxTensor))
      }
    }
    if (nodes.length === 0) break
  }
  const written = [...initializers].flatMap(([name, tensor]) => {
    if (!('stored' in tensor)) return []
    const { dtype, shape, bytes } = tensor.stored
    return [
      {
        name,
        type: dtype === 'I64' ? 7 : dtype === 'F16' ? 10 : 1,
        shape,
        byteLength: bytes.length,
        bytes: () => bytes,
      },
    ]
  })
  return {
    irVersion: 8,
    opset: pick(random, [7, 9, 11, 13, 17, 18, 21]),
    producer: '',
    metadata: new Map(),
    graph: { ...graph, nodes, initializers: written },
  }
}

function mutateAttribute(random: Random, value: OnnxAttribute): OnnxAttribute {
  const number = () => (random.integer(3) === 0 ? Number(pick(random, edges)) : random.integer(8) - 2)
  if (random.integer(2) === 0) return value
  if (value.kind === 'int' || value.kind === 'float') return { ...value, value: number() }
  if (value.kind === 'ints') return { ...value, value: value.value.map(number).slice(random.integer(2)) }
  if (value.kind === 'text')
    return { ...value, value: pick(random, ['', 'SAME_UPPER', 'reflect', 'linear', 'x'.repeat(300)]) }
  return value
}

/** Another shape of as many values, or of more than there are: the reader must notice. */
function mutateTensor(random: Random, tensor: OnnxTensor): OnnxTensor {
  if (!('stored' in tensor)) return tensor
  const { dtype, bytes, shape } = tensor.stored
  const other =
    random.integer(2) === 0
      ? [...shape].reverse()
      : shape.map((side) => (random.integer(2) === 0 ? side : random.integer(6)))
  return {
    name: tensor.name,
    stored: storedTensor(tensor.name, { dtype, shape: other, from: 0, to: bytes.length }, bytes),
  }
}

const onnx: Format = {
  name: 'ONNX',
  memory: 512,
  short: 300,
  async prepare() {
    const good = await Promise.all(networks.map(onnxFile))
    const models = good.map(readOnnx)
    const messages = good.map((bytes) => fieldsOf(bytes) ?? [])
    return {
      good,
      hostile: hostileOnnx,
      draw(random) {
        const kind = random.integer(4)
        if (kind === 0) return mutateBytes(random, good)
        if (kind === 1) return mutateProtobuf(random, pick(random, messages))
        return joined(writeOnnx(mutateModel(random, pick(random, models))))
      },
      read(bytes) {
        checkModel(importOnnx(bytes))
        // Without our own note of the network, the graph itself is read.
        checkModel(importModel({ ...readOnnx(bytes), metadata: new Map() }))
      },
    }
  },
}

export function checkArrays({ tensors }: TensorFile): void {
  for (const [name, { shape, values }] of tensors)
    expectThat(values.length === sizeOf(shape), `${name} has ${values.length} values for ${shape}`)
}

const files = (bytes: Uint8Array) => ({ name: 'weights.pt', read: async () => bytes, beside: async () => undefined })

function arrays(): ReadonlyMap<string, StoredTensor> {
  const of = (name: string, dtype: string, shape: readonly number[], bytes: number) =>
    [name, storedTensor(name, { dtype, shape, from: 0, to: bytes }, new Uint8Array(bytes).fill(1))] as const
  return new Map([
    of('conv.weight', 'F32', [2, 1, 3, 3], 72),
    of('conv.bias', 'F16', [2], 4),
    of('steps', 'I64', [], 8),
    of('none', 'F32', [0, 3], 0),
  ])
}

/** PyTorch's older form of the same arrays, whose storages follow the pickles. */
const legacyFile = () => joined([legacyPickles(), legacyStorages()])

const sizes = [18, 2, 1, 0]

function legacyPickles(): Uint8Array {
  const archive = readZip(joined(writePytorch(arrays())), 'weights.pt')
  const pickle = archive.get('archive/data.pkl')?.bytes() as Uint8Array
  const mark = Uint8Array.from([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e])
  const version = Uint8Array.from([0x80, 2, 0x4d, 0xe9, 3, 0x2e])
  const system = Uint8Array.from([0x80, 2, 0x7d, 0x2e])
  const keys = joined([
    Uint8Array.from([0x80, 2, 0x5d, 0x28]),
    ...sizes.map((_, key) => Uint8Array.from([0x58, 1, 0, 0, 0, 48 + key])),
    Uint8Array.from([0x65, 0x2e]),
  ])
  return joined([mark, version, system, pickle, keys])
}

function legacyStorages(): Uint8Array {
  const archive = readZip(joined(writePytorch(arrays())), 'weights.pt')
  const storages = sizes.map((count, key) => {
    const bytes = archive.get(`archive/data/${key}`)?.bytes() as Uint8Array
    const length = new Uint8Array(8)
    length[0] = count
    return joined([length, bytes])
  })
  return joined(storages)
}

const pytorch: Format = {
  name: 'PyTorch',
  memory: 512,
  short: 1000,
  async prepare() {
    const zip = joined(writePytorch(arrays()))
    const good = [zip, legacyFile()]
    const entries = [...readZip(zip, 'weights.pt').values()].map((entry) => ({
      name: entry.name,
      bytes: new Uint8Array(entry.bytes()),
    }))
    const isPickle = ({ name }: Entry) => name.endsWith('.pkl')
    const pickle = instructionsOf((entries.find(isPickle) as Entry).bytes)
    const stream = instructionsOf(legacyPickles())
    /** With checksums that are right, so that the pickle itself is read. */
    const repacked = (random: Random) =>
      storedZip(entries.map((entry) => (isPickle(entry) ? { ...entry, bytes: mutatePickle(random, pickle) } : entry)))
    const { name, bytes } = entries.find(isPickle) as Entry
    const zips = hostileZips(name, bytes, () => new Uint8Array(2 ** 27))
    return {
      good,
      hostile: [...hostilePytorch, ...zips],
      draw(random) {
        switch (random.integer(6)) {
          case 0:
            return mutateBytes(random, good)
          case 1:
            return mutateZip(random, entries)
          case 2:
            return joined([mutatePickle(random, stream), legacyStorages()])
          default:
            return repacked(random)
        }
      },
      read: async (bytes) => checkArrays(await readPytorch(files(bytes))),
    }
  },
}

const header = (text: string) => {
  const bytes = encode(text.padEnd(117, ' ').concat('\n'))
  const lengths = [bytes.length % 256, bytes.length >> 8]
  return joined([Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, ...lengths]), bytes])
}

const words = (
  '<f4|>f4|=f8||u1|<i8|<f2|<c8||O|<U4|(|)|,|{|}|:|True|False|()|(3,)|(-1,)|(2, 3)|0|1|2|6|24|4294967296|9007199254740993|' +
  "1e3|0x2|3L|'descr'|'shape'|'fortran_order'|'__proto__'|[('a', '<f4')]|None"
).split('|')

/** Another header of a length that is right, before the same values. */
function mutateArray(random: Random, file: Uint8Array): Uint8Array {
  const length = (file[8] as number) + 256 * (file[9] as number)
  let text = new TextDecoder('latin1').decode(file.subarray(10, 10 + length)).trimEnd()
  for (let left = faults(random); left > 0; left--) {
    const tokens = text.match(/'[^']*'|[\w<>|]+|\W/g) ?? ['']
    const at = random.integer(tokens.length)
    const put = random.integer(4) === 0 ? [] : [pick(random, random.integer(3) === 0 ? tokens : words)]
    text = tokens.toSpliced(at, random.integer(2), ...put).join('')
  }
  return joined([header(text), file.subarray(10 + length)])
}

const npy: Format = {
  name: 'NumPy',
  memory: 512,
  short: 1000,
  async prepare() {
    const good = [
      joined([header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"), new Uint8Array(24)]),
      joined([header("{'descr': '>i2', 'fortran_order': True, 'shape': (3, 2), }"), new Uint8Array(12)]),
      joined([header("{'descr': '|b1', 'fortran_order': False, 'shape': (), }"), new Uint8Array(1)]),
    ]
    return {
      good,
      hostile: hostileNpy,
      draw: (random) => (random.integer(2) === 0 ? mutateArray(random, pick(random, good)) : mutateBytes(random, good)),
      read(bytes) {
        const { shape, values } = readNpy(bytes, 'x')
        expectThat(values.length === sizeOf(shape), `${values.length} values for ${shape}`)
      },
    }
  },
}

const npz: Format = {
  name: 'NumPy archive',
  memory: 512,
  short: 1000,
  async prepare() {
    const stored = joined(writeNpzFile(arrays()))
    const entries = [...readZip(stored, 'x.npz').values()].map(({ name, bytes }) => ({ name, bytes: bytes().slice() }))
    const good = [stored, deflatedZip(entries)]
    const mutate = (random: Random, { bytes }: Entry) =>
      random.integer(2) === 0 ? mutateArray(random, bytes) : mutateBytes(random, [bytes])
    return {
      good,
      hostile: hostileZips('a.npy', zeros(16), () => zeros(2 ** 27)),
      draw: (random) => (random.integer(3) > 0 ? mutateZip(random, entries, mutate) : mutateBytes(random, good)),
      read: async (bytes) => checkArrays(await readNpzFile(files(bytes))),
    }
  },
}

export const exchangeFormats: readonly Format[] = [onnx, pytorch, npy, npz]
