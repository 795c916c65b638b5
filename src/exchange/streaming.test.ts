// Large files stay files: what is in memory at once is the structure and the array that is being used, in every format.

import { beforeAll, describe, expect, it } from 'vitest'
import { sizeOf } from '../core/shapes.ts'
import { bytesIn } from '../core/storedBytes.ts'
import { Model } from '../model/model.ts'
import { storedTensor } from '../model/safetensors/tensor.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import { parse } from '../notation/parse.ts'
import { caffemodel, halves } from './caffe/testing/files.ts'
import { hdf5File } from './hdf5/testing/libhdf5.ts'
import { joined } from './joined.ts'
import { writeNpzFile } from './numpy/files.ts'
import { npyParts } from './numpy/npy.ts'
import { dict, storage, streamFile, tensor } from './pytorch/testing/pickler.ts'
import { writePytorch } from './pytorch/write.ts'
import { readModel, readTensors } from './read.ts'
import { writeSafetensorsFile } from './safetensors/files.ts'
import type { ModelFiles } from './types.ts'
import { writeModel } from './writeModel.ts'

/** Bytes that a file gives part by part, and what was asked of it. */
function watched(name: string, array: Uint8Array) {
  const seen = { largest: 0, total: 0 }
  const store = {
    readInto(into: Uint8Array, from: number) {
      expect(from + into.length).toBeLessThanOrEqual(array.length)
      seen.largest = Math.max(seen.largest, into.length)
      seen.total += into.length
      into.set(array.subarray(from, from + into.length))
    },
  }
  const never = () => Promise.reject(new Error('the file was read as a whole'))
  const files: ModelFiles = {
    name,
    read: never,
    open: async () => bytesIn(store, array.length),
    beside: async () => undefined,
  }
  return { files, seen }
}

/** Bit by bit; `toEqual` takes seconds for millions of values. */
function isSame(a: ArrayBufferView | undefined, b: ArrayBufferView): boolean {
  const [x, y] = [a ?? new Uint8Array(), b].map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength))
  return x?.equals(y as Buffer) === true
}

/** Values that differ everywhere. */
const network = parse('INPUT 8x8x3 -> CONV3-256 -> RELU -> CONV3-256 -> RELU -> CONV3-256 -> RELU -> GAP -> FC-10')
const largestArray = 4 * 9 * 256 * 256
/** What a reader may look at beside the arrays: the window of the structure around each, and the portion of a checksum. */
const structure = 2 ** 20

let model: Model
beforeAll(async () => {
  model = await Model.create(network, { seed: 3, threads: 1 })
})

describe('a model', () => {
  it.each([
    ['x.onnx', 1],
    // Our own file is read for its checksum and to check the values, before any is used.
    ['x.lenslet', 3],
  ])('%s: reads its arrays one by one, with the values of the file', async (name, times) => {
    const bytes = await writeModel(model, name)
    const { files, seen } = watched(name, bytes)
    const { weights } = await readModel(files)
    expect(seen.total).toBeLessThan((times - 1) * bytes.length + structure)
    for (const [weight, { shape, fill }] of weights) {
      const values = new Float32Array(sizeOf(shape))
      fill(values)
      expect(isSame(values, model.weights.get(weight))).toBe(true)
    }
    expect(seen.largest).toBeLessThanOrEqual(Math.max(largestArray, structure))
    expect(seen.total).toBeLessThan(times * bytes.length + 2 * structure)
  })
})

/** The model's weights as a file has them. */
function arrays(): ReadonlyMap<string, StoredTensor> {
  return new Map(
    [...model.weights.tensors()].map(([name, { shape, values }]) => {
      const bytes = new Uint8Array(values.buffer)
      return [name, storedTensor(name, { dtype: 'F32', shape, from: 0, to: bytes.length }, bytes)]
    }),
  )
}

/** An HDF5 file with an array in one piece for each. */
const hdf5 = (all: ReadonlyMap<string, StoredTensor>) =>
  hdf5File('earliest', (root) => {
    for (const [name, { shape, values }] of all) root.create_dataset({ name, data: values, shape: [...shape] })
  })

/** Reads each array, as an array of bytes and as values. */
function checkArrays(found: ReadonlyMap<string, StoredTensor>, wanted: ReadonlyMap<string, StoredTensor>): void {
  expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [name, { values, bytes }] of wanted) {
    const tensor = found.get(name) as StoredTensor
    const into = new Float32Array(values.length)
    tensor.fill(into)
    expect(isSame(into, values)).toBe(true)
    expect(tensor.byteLength).toBe(bytes.length)
    expect(isSame(tensor.bytes, bytes)).toBe(true)
  }
}

describe('arrays of', () => {
  it.each([
    // The second number: how often all bytes are read before they are used, for the checksums of an archive.
    ['x.safetensors', 0, (all: ReadonlyMap<string, StoredTensor>) => joined(writeSafetensorsFile(all))],
    ['x.pt', 1, (all: ReadonlyMap<string, StoredTensor>) => joined(writePytorch(all))],
    ['x.npz', 1, (all: ReadonlyMap<string, StoredTensor>) => joined(writeNpzFile(all))],
    ['x.h5', 0, hdf5],
  ])('%s: each is read when it is used', async (name, times, write) => {
    const wanted = arrays()
    const bytes = await write(wanted)
    const { files, seen } = watched(name, bytes)
    const { tensors } = await readTensors(files)
    expect(seen.total).toBeLessThan(times * bytes.length + structure)
    checkArrays(tensors, wanted)
    expect(seen.largest).toBeLessThanOrEqual(Math.max(largestArray, structure))
    expect(seen.total).toBeLessThan((times + 2) * bytes.length + structure)
  })

  it('an .npy file', async () => {
    const array = arrays().get('conv2.filters') as StoredTensor
    const { files } = watched('conv.npy', joined(npyParts(array)))
    checkArrays((await readTensors(files)).tensors, new Map([['conv', array]]))
  })

  it('PyTorch files of before 1.6, whose storages follow the pickles', async () => {
    const { values } = model.weights.tensors().get('conv2.filters') as { values: Float32Array }
    const view = { shape: [values.length], strides: [1] }
    const file = streamFile(dict({ w: tensor(storage('k', values.length), view) }), { k: values })
    const { files, seen } = watched('old.pth', file)
    const { tensors } = await readTensors(files)
    expect(seen.total).toBeLessThan(2.5 * structure)
    expect(isSame(tensors.get('w')?.decoded(), values)).toBe(true)
  })

  it('.caffemodel files', async () => {
    const blob = halves([128, 256, 3, 3])
    const { files, seen } = watched('x.caffemodel', caffemodel([{ name: 'conv', blobs: [blob] }]))
    const { tensors } = await readTensors(files)
    expect(seen.total).toBeLessThan(structure)
    expect(isSame(tensors.get('conv.0')?.decoded(), Float32Array.from(blob.values))).toBe(true)
  })
})
