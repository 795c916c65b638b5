// Which layers of a file make the network, and which of them gives its output.

import { describe, expect, it } from 'vitest'
import { halves } from './testing/files.ts'
import { notationOf, read } from './testing/run.ts'

const input = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8\n'
const relu = (name: string, bottom: string, top: string, more = '') =>
  `layer { name: "${name}" type: "ReLU" bottom: "${bottom}" top: "${top}" ${more} }\n`
const tanh = (name: string, bottom: string, top: string, more = '') =>
  relu(name, bottom, top, more).replace('ReLU', 'TanH')

describe('inputs', () => {
  it.each([
    ['input_dim', input],
    ['input_shape', 'input: "data" input_shape { dim: 10 dim: 3 dim: 8 dim: 8 }'],
    ['a layer', 'layer { name: "x" type: "Input" top: "data" input_param { shape: { dim: 1 dim: 3 dim: 8 dim: 8 } } }'],
    [
      'DummyData',
      'layer { name: "x" type: "DummyData" top: "data" dummy_data_param { num: 1 channels: 3 height: 8 width: 8 } }',
    ],
    [
      'MemoryData',
      'layer { name: "x" type: "MemoryData" top: "data" top: "label" memory_data_param { batch_size: 4 channels: 3 height: 8 width: 8 } }',
    ],
    [
      'files with a size',
      'layer { name: "x" type: "ImageData" top: "data" top: "label" image_data_param { new_height: 8 new_width: 8 } }',
    ],
    [
      'a crop and means',
      'layer { name: "x" type: "Data" top: "data" top: "label" transform_param { crop_size: 8 mean_value: [104, 117, 123] } }',
    ],
  ])('%s', async (_, text) => {
    expect(await notationOf(text + relu('it', 'data', 'it'))).toBe('data: INPUT 8x8x3 -> it: RELU')
  })

  it('take the number of channels from the first filters', async () => {
    const text = `layer { name: "data" type: "Data" top: "data" top: "label" transform_param { crop_size: 8 mean_value: 128 } }
      layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 group: 2 } }`
    const filters = [{ name: 'conv', blobs: [halves([4, 3, 3, 3]), halves([4])] }]
    expect(await notationOf(text, filters)).toBe('data: INPUT 8x8x6 -> conv: CONV3-4 p0 g2')
  })

  it('say what to write where the file does not say their size', async () => {
    const text = 'layer { name: "x" type: "Data" top: "data" top: "label" data_param { source: "lmdb" } }'
    await expect(read(text + relu('it', 'data', 'it'))).rejects.toThrow('type: "Input" top: "data"')
    await expect(read(`input: "data" ${relu('it', 'data', 'it')}`)).rejects.toThrow('without a shape')
  })

  it('refuse a second one that is needed', async () => {
    const text = `${input} input: "info" input_dim: [1, 3, 8, 8]
      layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "info" top: "sum" }`
    await expect(read(text)).rejects.toThrow('sum (Eltwise): a second input, info, beside data')
  })
})

describe('layers', () => {
  it('of the training phase are left out', async () => {
    const text =
      input + relu('a', 'data', 'a', 'include { phase: TRAIN }') + tanh('b', 'data', 'a', 'exclude { phase: TRAIN }')
    expect(await notationOf(text)).toBe('data: INPUT 8x8x3 -> b: TANH')
  })

  it('follow levels and stages', async () => {
    const text = `state { level: 1 stage: "seen" } ${input}
      ${relu('a', 'data', 'data', 'include { min_level: 2 }')}
      ${relu('b', 'data', 'data', 'include { max_level: 1 stage: "seen" }')}
      ${relu('c', 'data', 'data', 'include { stage: "other" } include { stage: "seen" not_stage: "seen" }')}`
    expect(await notationOf(text)).toBe('data: INPUT 8x8x3 -> b: RELU')
  })

  it('of the stage deploy are taken where a file has one', async () => {
    const text = `
      layer { name: "train" type: "Data" top: "data" top: "label" include { stage: "train" } }
      layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } include { stage: "deploy" } }
      ${relu('it', 'data', 'it')}
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "it" bottom: "label" top: "loss" exclude { stage: "deploy" } }
      layer { name: "prob" type: "Softmax" bottom: "it" top: "prob" include { stage: "deploy" } }`
    expect(await notationOf(text)).toBe('data: INPUT 8x8x3 -> it: RELU -> prob: SOFTMAX')
  })

  it('work in place in their order', async () => {
    const text = input + relu('a', 'data', 'data') + tanh('b', 'data', 'x') + relu('c', 'x', 'x')
    expect(await notationOf(text)).toBe('data: INPUT 8x8x3 -> a: RELU -> b: TANH -> c: RELU')
  })

  it('refuse a bottom that nothing makes', async () => {
    await expect(read(input + relu('a', 'date', 'a'))).rejects.toThrow('a: no layer before it makes its bottom')
  })

  it('of before 2015 have types in capitals, or as numbers', async () => {
    const old = (type: string) => `layers { name: "it" type: ${type} bottom: "data" top: "it" }`
    for (const [type, word] of [
      ['RELU', 'RELU'],
      ['TANH', 'TANH'],
      ['23', 'TANH'],
      ['BNLL', 'SOFTPLUS'],
      ['ABSVAL', 'ADD'],
      ['LRN', 'LRN'],
    ] as const)
      expect(await notationOf(input + old(type))).toContain(word)
    await expect(read(input + old('IM2COL'))).rejects.toThrow('it (Im2col)')
  })

  it('of before 2014 are refused by name', async () => {
    const text = 'layers { layer { name: "conv1" type: "conv" kernelsize: 3 } bottom: "data" top: "conv1" }'
    await expect(read(input + text)).rejects.toThrow('before 2014 (V0)')
  })
})

describe('the output', () => {
  const label = 'layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 1 } } }\n'
  const loss = (name: string, bottom: string, more = '', type = 'SoftmaxWithLoss') =>
    `layer { name: "${name}" type: "${type}" bottom: "${bottom}" bottom: "label" top: "${name}" ${more} }\n`
  const start = input + label + relu('a', 'data', 'a')

  it.each([
    ['SoftmaxWithLoss', ' -> loss: SOFTMAX'],
    ['SigmoidCrossEntropyLoss', ' -> loss: SIGMOID'],
    ['EuclideanLoss', ''],
    ['HingeLoss', ''],
  ])('of a training network is what %s is computed from', async (type, rest) => {
    expect(await notationOf(start + loss('loss', 'a', '', type))).toBe(`data: INPUT 8x8x3 -> a: RELU${rest}`)
  })

  it('is that of the loss with most weight, without measures', async () => {
    const text =
      start +
      loss('loss1', 'a', 'loss_weight: 0.3') +
      tanh('b', 'a', 'b') +
      loss('loss3', 'b') +
      loss('loss2', 'a', 'loss_weight: 0.3') +
      loss('top1', 'b', '', 'Accuracy')
    expect(await notationOf(text)).toBe('data: INPUT 8x8x3 -> a: RELU -> b: TANH -> loss3: SOFTMAX')
  })

  it('is the layer that is not a loss, if there is one', async () => {
    const text = `${start + loss('loss', 'a')}layer { name: "prob" type: "Softmax" bottom: "a" top: "prob" }`
    expect(await notationOf(text)).toBe('data: INPUT 8x8x3 -> a: RELU -> prob: SOFTMAX')
  })

  it('is not silenced', async () => {
    const text = `${start} ${tanh('b', 'data', 'b')} layer { name: "s" type: "Silence" bottom: "data" }`
    await expect(read(text)).rejects.toThrow('several outputs')
    expect((await read(start + loss('loss', 'a'))).notes).toContain(
      'loss (SoftmaxWithLoss) became what it is computed from',
    )
  })
})
