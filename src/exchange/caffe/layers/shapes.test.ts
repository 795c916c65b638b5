// Layers of Caffe's that join, cut and rename maps, and those that change each value by itself.

import { describe, expect, it } from 'vitest'
import { halves } from '../testing/files.ts'
import { type Maps, maps } from '../testing/plain.ts'
import { notationOf, outputOf } from '../testing/run.ts'

const image: Maps = { shape: [4, 3, 5], values: halves([4, 3, 5], 3).values }
const { values } = image
const at = (c: number, y: number, x: number) => values[(c * 3 + y) * 5 + x] as number
const layer = (type: string, parameters = '') =>
  `layer { name: "it" type: "${type}" bottom: "data" top: "it" ${parameters} }\n`
const run = (text: string) => outputOf(text, [], image)
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

describe('value by value', () => {
  const cases: [string, string, (x: number) => number][] = [
    ['ReLU', '', (x) => Math.max(x, 0)],
    ['ReLU', 'relu_param { negative_slope: 0.5 }', (x) => (x > 0 ? x : x / 2)],
    ['ReLU6', '', (x) => Math.min(Math.max(x, 0), 6)],
    ['Clip', 'clip_param { min: 0 max: 6 }', (x) => Math.min(Math.max(x, 0), 6)],
    ['Sigmoid', '', sigmoid],
    ['TanH', '', Math.tanh],
    ['AbsVal', '', Math.abs],
    ['BNLL', '', (x) => Math.log(1 + Math.exp(x))],
    ['ELU', 'elu_param { alpha: 2 }', (x) => (x > 0 ? x : 2 * Math.expm1(x))],
    ['Swish', 'swish_param { beta: 1.5 }', (x) => x * sigmoid(1.5 * x)],
    ['Dropout', 'dropout_param { dropout_ratio: 0.3 }', (x) => x],
  ]
  it.each(cases)('%s %s', async (type, parameters, f) => {
    const found = await run(layer(type, parameters))
    // The reference computes in float64 and rounds once.
    const expected = values.map((x) => Math.fround(f(x)))
    for (const [i, y] of expected.entries())
      expect(Math.abs((found[i] as number) - y)).toBeLessThanOrEqual(2 ** -23 * Math.abs(y))
  })
})

describe('Eltwise', () => {
  const two = (parameters: string) => `
    layer { name: "half" type: "Power" bottom: "data" top: "half" power_param { scale: -0.5 } }
    layer { name: "it" type: "Eltwise" bottom: "data" bottom: "half" top: "it" eltwise_param { ${parameters} } }`

  it.each<[string, (x: number) => number]>([
    ['operation: SUM', (x) => x / 2],
    ['coeff: 1 coeff: -1', (x) => 1.5 * x],
    ['operation: SUM coeff: [0.5, 2]', (x) => -0.5 * x],
    ['operation: PROD', (x) => (-x * x) / 2],
    ['operation: MAX', (x) => Math.max(x, -x / 2)],
    // Enumerations may be written as numbers.
    ['operation: 2', (x) => Math.max(x, -x / 2)],
  ])('%s', async (parameters, f) => {
    // 0 and −0 are equal.
    expect((await run(two(parameters))).map((y) => y + 0)).toEqual(values.map((x) => f(x) + 0))
  })

  it('refuses coefficients that do not fit', async () => {
    await expect(run(two('coeff: 1'))).rejects.toThrow('it (Eltwise): 1 coefficients for 2 bottoms of SUM')
    await expect(run(two('operation: PROD coeff: 1 coeff: 2'))).rejects.toThrow('2 coefficients for 2 bottoms of PROD')
  })
})

describe('channels', () => {
  it('Slice at points and Concat in another order', async () => {
    const text = `
      layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" top: "c" slice_param { axis: 1 slice_point: 1 slice_point: 3 } }
      layer { name: "it" type: "Concat" bottom: "c" bottom: "a" bottom: "b" top: "it" concat_param { axis: -3 } }`
    expect(await run(text)).toEqual(maps([4, 3, 5], (c, y, x) => at([3, 0, 1, 2][c] as number, y, x)).values)
  })

  it('Slice into equal parts', async () => {
    const text = `
      layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_dim: 1 } }
      layer { name: "it" type: "Eltwise" bottom: "a" bottom: "b" top: "it" }`
    expect(await run(text)).toEqual(maps([2, 3, 5], (c, y, x) => at(c, y, x) + at(c + 2, y, x)).values)
  })

  it('refuses other axes, all layers at once', async () => {
    const text = `
      layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { axis: 2 slice_point: 1 } }
      layer { name: "up" type: "ReLU" bottom: "data" top: "up" }
      layer { name: "odd" type: "Convolution3D" bottom: "up" top: "odd" }
      layer { name: "sum" type: "Concat" bottom: "odd" bottom: "a" bottom: "b" top: "sum" }`
    const error = run(text)
    await expect(error).rejects.toThrow('cut (Slice): axis 2 (only axis 1, the channels)')
    await expect(error).rejects.toThrow('odd (Convolution3D): a layer of this type is not known')
  })

  it('Softmax at every position', async () => {
    const found = await run(layer('Softmax'))
    const sum = [0, 1, 2, 3].reduce((total, c) => total + Math.exp(at(c, 1, 2)), 0)
    expect(found[15 + 7]).toBeCloseTo(Math.exp(at(1, 1, 2)) / sum, 6)
  })

  it('ShuffleChannel', async () => {
    const found = await run(layer('ShuffleChannel', 'shuffle_channel_param { group: 2 }'))
    expect(found).toEqual(maps([4, 3, 5], (c, y, x) => at([0, 2, 1, 3][c] as number, y, x)).values)
  })

  it('factors for each channel of an image: Scale with two bottoms, Axpy', async () => {
    const pool =
      'layer { name: "most" type: "Pooling" bottom: "data" top: "most" pooling_param { pool: MAX global_pooling: true } }'
    const flat = 'layer { name: "flat" type: "Flatten" bottom: "most" top: "flat" }'
    const most = [0, 1, 2, 3].map((c) => Math.max(...values.slice(15 * c, 15 * c + 15)))
    const product = maps([4, 3, 5], (c, y, x) => at(c, y, x) * (most[c] as number)).values
    const scaled = `${pool} ${flat} layer { name: "it" type: "Scale" bottom: "data" bottom: "flat" top: "it" scale_param { axis: 0 } }`
    expect(await run(scaled)).toEqual(product)
    const axpy = `${pool} layer { name: "it" type: "Axpy" bottom: "most" bottom: "data" bottom: "data" top: "it" }`
    expect(await run(axpy)).toEqual(product.map((value, i) => value + (values[i] as number)))
  })
})

describe('positions', () => {
  const small =
    'layer { name: "small" type: "Pooling" bottom: "data" top: "small" pooling_param { kernel_size: 2 stride: 1 } }'
  const crop = (parameters: string) =>
    `${small} layer { name: "it" type: "Crop" bottom: "data" bottom: "small" top: "it" crop_param { ${parameters} } }`

  it('Crop, with one offset, one for each axis, and from the last axis on', async () => {
    expect(await run(crop('offset: 1'))).toEqual(maps([4, 2, 4], (c, y, x) => at(c, y + 1, x + 1)).values)
    expect(await run(crop('axis: 2 offset: 0 offset: 1'))).toEqual(maps([4, 2, 4], (c, y, x) => at(c, y, x + 1)).values)
    expect(await run(crop('axis: -1'))).toEqual(maps([4, 3, 4], (c, y, x) => at(c, y, x)).values)
    await expect(run(crop('offset: 2'))).rejects.toThrow('the crop does not lie in the blob')
  })

  it('Interp keeps the corners in their places', async () => {
    const found = await run(layer('Interp', 'interp_param { zoom_factor: 2 }'))
    expect(found).toHaveLength(4 * 5 * 9)
    const between = maps([4, 5, 9], (c, y, x) => {
      const [top, left, down, right] = [Math.floor(y / 2), Math.floor(x / 2), (y % 2) / 2, (x % 2) / 2]
      const row = (i: number) => at(c, i, left) * (1 - right) + at(c, i, Math.min(left + 1, 4)) * right
      return row(top) * (1 - down) + row(Math.min(top + 1, 2)) * down
    })
    expect(found).toEqual(between.values.map(Math.fround))
  })
})

describe('names of places', () => {
  it('Flatten and Reshape count by channel, row and column', async () => {
    expect(await run(layer('Flatten'))).toEqual(values)
    expect(await run(layer('Reshape', 'reshape_param { shape { dim: 0 dim: -1 } }'))).toEqual(values)
    expect(await run(layer('Reshape', 'reshape_param { shape { dim: 0 dim: 10 dim: 2 dim: 3 } }'))).toEqual(values)
    expect(
      await run(
        layer('Reshape', 'reshape_param { shape { dim: 2 dim: 2 } axis: 1 num_axes: 1 }').replace(/2 dim: 2/, '4'),
      ),
    ).toEqual(values)
  })

  it('a fully connected layer behind Reshape has its rows in that order', async () => {
    const weights = halves([2, 60])
    const text = `${layer('Reshape', 'reshape_param { shape { dim: 0 dim: 10 dim: 2 dim: 3 } }')}
      layer { name: "fc" type: "InnerProduct" bottom: "it" top: "fc" inner_product_param { num_output: 2 bias_term: false } }`
    const expected = [0, 1].map((k) =>
      values.reduce((sum, x, i) => sum + x * (weights.values[60 * k + i] as number), 0),
    )
    expect(await outputOf(text, [{ name: 'fc', blobs: [weights] }], image)).toEqual(expected)
  })

  it('refuses to turn images into values, and another number of values', async () => {
    await expect(run(layer('Reshape', 'reshape_param { shape { dim: -1 dim: 10 } }'))).rejects.toThrow(
      'counts images, and stays',
    )
    await expect(run(layer('Reshape', 'reshape_param { shape { dim: 0 dim: 7 } }'))).rejects.toThrow(
      'another number of values',
    )
  })

  it('a mean over all positions is a GAP', async () => {
    const text = layer('Reduction', 'reduction_param { operation: MEAN axis: 2 }')
    expect(await run(text)).toEqual(
      [0, 1, 2, 3].map((c) => Math.fround(values.slice(15 * c, 15 * c + 15).reduce((a, b) => a + b) / 15)),
    )
  })

  it('Split gives the same to all', async () => {
    const text = `
      layer { name: "split" type: "Split" bottom: "data" top: "a" top: "b" }
      layer { name: "up" type: "ReLU" bottom: "a" top: "a" }
      layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }`
    expect(await run(text)).toEqual(values.map((x) => Math.max(x, 0) + x))
  })

  it('keeps the names of layers', async () => {
    const text = `input: "data" input_dim: 1 input_dim: 4 input_dim: 3 input_dim: 5
      layer { name: "res2a_branch1/x y" type: "ReLU" bottom: "data" top: "data" }
      layer { name: "relu" type: "TanH" bottom: "data" top: "data" }`
    expect(await notationOf(text, [])).toBe('data: INPUT 3x5x4 -> res2a_branch1/x_y: RELU -> relu: TANH')
  })
})
