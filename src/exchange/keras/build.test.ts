/** Layers of Keras as words of the notation: paddings, orders, functions of each version, and what is refused. */

import { describe, expect, test } from 'vitest'
import { UnsupportedModelError } from '../errors.ts'
import { buildModel } from './build.ts'
import { readGraph } from './graph.ts'
import { chain, input, layer, words } from './testing/models.ts'

const conv = (config: object) => layer('Conv2D', { filters: 4, kernel_size: [3, 3], strides: [1, 1], ...config })
const kernel = { kernel: [3, 3, 2, 4], bias: [4] }

describe('TensorFlow puts the odd row of "same" last', () => {
  test.each([
    [8, 2, 'p0,0,1,1'],
    [9, 2, ''],
    [8, 1, ''],
  ])('side %i, stride %i', (side, stride, padding) => {
    const model = chain([input(side, side, 2), conv({ padding: 'same', strides: [stride, stride] })], kernel)
    const text = `CONV3-4${stride === 1 ? '' : ` s${stride}`}${padding === '' ? '' : ` ${padding}`}`
    expect(words(model)).toBe(`INPUT ${side}x${side}x2 -> ${text}`)
  })

  test('of pools, which do not count it', () => {
    const model = chain([input(5, 6, 2), layer('AveragePooling2D', { pool_size: 2, padding: 'same' })])
    expect(words(model)).toBe('INPUT 5x6x2 -> AVGPOOL2 p0,0,1,0')
  })

  test.each([
    ['same', 3, 2, [8, 8]],
    ['valid', 3, 2, [9, 9]],
    ['valid', 2, 3, [12, 12]],
    ['same', 2, 3, [12, 12]],
  ])('of transposed convolutions: %s, %i×%i filters, stride', (padding, size, stride, sides) => {
    const config = { filters: 4, kernel_size: size, strides: stride, padding, use_bias: false }
    const { network, info } = chain([input(4, 4, 2), layer('Conv2DTranspose', config)], { kernel: [size, size, 4, 2] })
    expect(network.nodes).toHaveLength(2)
    expect(info.tensors?.output.shape).toEqual([...sides, 4])
  })
})

describe('functions', () => {
  const activation = (value: unknown, version?: string) =>
    words(chain([input(2, 2, 3), layer('Activation', { activation: value })], {}, version)).replace(
      'INPUT 2x2x3 -> ',
      '',
    )

  test.each([
    ['relu', 'RELU'],
    ['swish', 'SILU'],
    ['gelu', 'GELU'],
    ['softmax', 'SOFTMAX'],
    ['leaky_relu', 'LRELU 0.2'],
    [{ class_name: 'function', config: 'relu6' }, 'RELU6'],
    [{ class_name: 'LeakyReLU', config: { alpha: 0.1 } }, 'LRELU 0.1'],
  ])('%j', (value, word) => expect(activation(value)).toBe(word))

  test('hard_sigmoid is 0.2x + 0.5 in Keras 2, and x/6 + 0.5 in Keras 3', () => {
    expect(activation('hard_sigmoid', '2.15.0')).toBe('SCALE 1.2 -> HARDSIGMOID')
    expect(activation('hard_sigmoid', 'tfjs-layers 4.22.0')).toBe('SCALE 1.2 -> HARDSIGMOID')
    expect(activation('hard_sigmoid', '3.5.0')).toBe('HARDSIGMOID')
  })

  test.each([
    [{ max_value: 6 }, 'RELU6'],
    [{ max_value: 3 }, 'SCALE 2 -> RELU6 -> SCALE 0.5'],
    [{ negative_slope: 0.5 }, 'LRELU 0.5'],
  ])('ReLU %j', (config, word) => {
    expect(words(chain([input(2, 2, 3), layer('ReLU', config)]))).toBe(`INPUT 2x2x3 -> ${word}`)
  })

  test('LeakyReLU has the slope 0.3 by default', () => {
    expect(words(chain([input(2, 2, 3), layer('LeakyReLU')]))).toBe('INPUT 2x2x3 -> LRELU 0.3')
  })
})

test('norms: what is left out, epsilon, and momentum the other way round', () => {
  const shapes = { beta: [3], moving_mean: [3], moving_variance: [3] }
  const model = chain(
    [input(2, 2, 3), layer('BatchNormalization', { scale: false, axis: [3], momentum: 0.99 })],
    shapes,
  )
  expect(words(model)).toBe('INPUT 2x2x3 -> BN eps=0.001 momentum=0.01 noscale')
  expect([...model.weights.keys()].map((name) => name.split('.').at(-1))).toEqual(['shift', 'mean', 'variance'])
})

test('dense layers after maps are convolutions of 1×1', () => {
  const dense = layer('Dense', { units: 5, activation: 'relu' })
  expect(words(chain([input(2, 2, 3), dense], { kernel: [3, 5], bias: [5] }))).toBe('INPUT 2x2x3 -> CONV1-5 -> RELU')
})

test('where channels come first, Flatten keeps their order', () => {
  const first = { data_format: 'channels_first' }
  const layers = [input(2, 5, 6), layer('MaxPooling2D', { ...first, pool_size: 1 }), layer('Flatten', {})]
  const model = chain(layers)
  expect(words(model)).toBe('INPUT 5x6x2 -> POOL1 -> FLATTEN chw')
  expect(model.info.tensors?.input).toMatchObject({ shape: [2, 5, 6], order: 'chw' })
})

test('a Rescaling with an offset is exact, for each channel', () => {
  const model = chain([input(2, 2, 3), layer('Rescaling', { scale: 0.5, offset: [-1, 0, 1] })])
  const bias = [...model.weights].find(([name]) => name.endsWith('.bias'))?.[1]
  const values = new Float32Array(3)
  bias?.fill(values)
  expect([...values]).toEqual([-1, 0, 1])
})

test('everything that stands in the way is said at once, by name', () => {
  const layers = [input(4, 4, 2), layer('LSTM'), layer('Lambda'), layer('ThresholdedReLU')]
  expect(() => chain(layers)).toThrow(UnsupportedModelError)
  expect(() => chain(layers)).toThrow(/LSTM lstm.*Lambda lambda.*ThresholdedReLU/s)
})

test('layers in a ring, and references to none, are refused', () => {
  const node = (name: string, from: string) => ({
    ...layer('Activation', { name }),
    name,
    inbound_nodes: [[[from, 0, 0, {}]]],
  })
  const ring = (from: string) => ({
    class_name: 'Functional',
    config: {
      layers: [{ ...input(2, 2, 1), name: 'i', inbound_nodes: [] }, node('a', from), node('b', 'a')],
      input_layers: [['i', 0, 0]],
      output_layers: [['b', 0, 0]],
    },
  })
  const build = (from: string) => buildModel(readGraph(ring(from)), { arrays: () => [] }, '2.0')
  expect(() => build('b')).toThrow(/needs its own output/)
  expect(() => build('nobody')).toThrow(/nobody.*not in the model/)
})
