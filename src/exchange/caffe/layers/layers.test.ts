// Each layer of Caffe's against its definition in plain loops. Values are small halves, so that sums are exact in float32.

import { describe, expect, it } from 'vitest'
import { halves, type StoredLayer } from '../testing/files.ts'
import { convolution, deconvolution, lrn, type Maps, pooling } from '../testing/plain.ts'
import { outputOf } from '../testing/run.ts'

const input = (shape: Maps['shape']): Maps => ({ shape, values: halves(shape, 3).values })
const layer = (type: string, parameters = '', more = '') =>
  `layer { name: "it" type: "${type}" bottom: "data" top: "it" ${parameters} ${more} }`
const it1 = (...blobs: StoredLayer['blobs'][number][]): StoredLayer[] => [{ name: 'it', blobs }]

describe('Convolution', () => {
  const image = input([4, 7, 9])
  const cases: [string, Omit<Parameters<typeof convolution>[1], 'weights' | 'bias'>][] = [
    ['kernel_size: 3', { count: 6, group: 1, kernel: [3, 3], stride: [1, 1], pad: [0, 0] }],
    ['kernel_size: 3 pad: 1 stride: 2 group: 2', { count: 6, group: 2, kernel: [3, 3], stride: [2, 2], pad: [1, 1] }],
    [
      'kernel_h: 1 kernel_w: 5 pad_h: 0 pad_w: 2 stride_h: 2 stride_w: 1',
      { count: 6, group: 1, kernel: [1, 5], stride: [2, 1], pad: [0, 2] },
    ],
    [
      'kernel_size: 3 kernel_size: 2 pad: 2 pad: 1 stride: 1 stride: 2 dilation: 2 dilation: 1',
      { count: 6, group: 1, kernel: [3, 2], stride: [1, 2], pad: [2, 1], dilation: [2, 1] },
    ],
    ['kernel_size: [2, 3] engine: CUDNN', { count: 6, group: 1, kernel: [2, 3], stride: [1, 1], pad: [0, 0] }],
  ]
  it.each(cases)('%s', async (parameters, filters) => {
    const weights = halves([6, 4 / filters.group, ...filters.kernel])
    const bias = halves([6], 5)
    const expected = convolution(image, { ...filters, weights: weights.values, bias: bias.values })
    const text = layer('Convolution', `convolution_param { num_output: 6 ${parameters} }`)
    expect(await outputOf(text, it1(weights, bias), image)).toEqual(expected.values)
  })

  it('of variants of Caffe, by channel', async () => {
    const filters = { count: 4, group: 4, kernel: [3, 3], stride: [1, 1], pad: [1, 1] } as const
    const weights = halves([4, 1, 3, 3])
    const expected = convolution(image, { ...filters, weights: weights.values })
    for (const type of ['DepthwiseConvolution', 'ConvolutionDepthwise']) {
      const text = layer(type, 'convolution_param { num_output: 4 kernel_size: 3 pad: 1 bias_term: false }')
      expect(await outputOf(text, it1(weights), image)).toEqual(expected.values)
    }
  })
})

describe('Deconvolution', () => {
  it.each([
    ['kernel_size: 4 stride: 2 pad: 1 group: 1', 1, [4, 4], [2, 2], [1, 1]],
    ['kernel_size: 3 stride: 2 group: 2', 2, [3, 3], [2, 2], [0, 0]],
    ['kernel_h: 2 kernel_w: 3 stride_h: 1 stride_w: 3 group: 4', 4, [2, 3], [1, 3], [0, 0]],
  ] as const)('%s', async (parameters, group, kernel, stride, pad) => {
    const image = input([4, 3, 5])
    const [weights, bias] = [halves([4, 4 / group, ...kernel]), halves([4], 5)]
    const filters = { count: 4, group, kernel, stride, pad, weights: weights.values, bias: bias.values }
    const text = layer('Deconvolution', `convolution_param { num_output: 4 ${parameters} }`)
    expect(await outputOf(text, it1(weights, bias), image)).toEqual(deconvolution(image, filters).values)
  })
})

describe('InnerProduct', () => {
  const image = input([3, 2, 4])
  const weights = halves([5, 24])
  const bias = halves([5], 2)
  const expected = Array.from({ length: 5 }, (_, k) =>
    image.values.reduce(
      (sum, value, i) => sum + value * (weights.values[k * 24 + i] as number),
      bias.values[k] as number,
    ),
  )

  it('counts rows by channel, row and column', async () => {
    const text = layer('InnerProduct', 'inner_product_param { num_output: 5 }')
    expect(await outputOf(text, it1(weights, bias), image)).toEqual(expected)
  })

  it('with transpose has the weights the other way round', async () => {
    const values = Array.from({ length: 120 }, (_, i) => weights.values[(i % 5) * 24 + Math.floor(i / 5)] as number)
    const text = layer('InnerProduct', 'inner_product_param { num_output: 5 transpose: true }')
    expect(await outputOf(text, it1({ shape: [24, 5], values }, bias), image)).toEqual(expected)
    await expect(outputOf(text, it1(weights, bias), image)).rejects.toThrow('[5, 24], not [24, 5]')
  })
})

describe('Pooling', () => {
  const cases: [Maps['shape'], string, Parameters<typeof pooling>[2]][] = [
    [[2, 7, 8], 'kernel_size: 3 stride: 2', { kernel: [3, 3], stride: [2, 2], pad: [0, 0] }],
    [[2, 8, 6], 'kernel_size: 3 stride: 2', { kernel: [3, 3], stride: [2, 2], pad: [0, 0] }],
    // A last window would start in the padding behind the image: it is left out.
    [[2, 6, 7], 'kernel_size: 2 stride: 2 pad: 1', { kernel: [2, 2], stride: [2, 2], pad: [1, 1] }],
    [[2, 5, 8], 'kernel_size: 3 stride: 3 pad: 2', { kernel: [3, 3], stride: [3, 3], pad: [2, 2] }],
    [
      [2, 9, 6],
      'kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 0',
      { kernel: [3, 2], stride: [2, 1], pad: [1, 0] },
    ],
  ]
  it.each(['MAX', 'AVE'] as const)('%s', async (method) => {
    for (const [shape, parameters, window] of cases) {
      const image = input(shape)
      const text = layer('Pooling', `pooling_param { pool: ${method} ${parameters} }`)
      const expected = pooling(image, method, window).values
      const found = await outputOf(text, it1(), image)
      // Quotients are rounded once, to float32.
      expect(found, parameters).toEqual(expected.map(Math.fround))
    }
  })

  it('rounds down with round_mode: FLOOR', async () => {
    const image = input([1, 4, 4])
    const text = layer('Pooling', 'pooling_param { pool: MAX kernel_size: 3 stride: 2 round_mode: FLOOR }')
    expect(await outputOf(text, it1(), image)).toHaveLength(1)
  })

  it('over the whole map', async () => {
    const image = input([2, 4, 8])
    const sums = [0, 1].map((c) => image.values.slice(32 * c, 32 * c + 32))
    const of = (pool: string) =>
      outputOf(layer('Pooling', `pooling_param { pool: ${pool} global_pooling: true }`), it1(), image)
    expect(await of('AVE')).toEqual(sums.map((values) => values.reduce((a, b) => a + b) / 32))
    expect(await of('MAX')).toEqual(sums.map((values) => Math.max(...values)))
  })

  it('refuses a window behind the edge, which Caffe leaves without a value', async () => {
    const text = layer('Pooling', 'pooling_param { pool: MAX kernel_size: 1 stride: 2 }')
    await expect(outputOf(text, it1(), input([1, 4, 4]))).rejects.toThrow('it (Pooling): a window that lies behind')
  })
})

describe('LRN', () => {
  it.each([false, true])('within a channel: %s', async (within) => {
    const image = input([7, 4, 5])
    const region = within ? 'norm_region: WITHIN_CHANNEL' : 'k: 2'
    const text = layer('LRN', `lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 ${region} }`)
    const expected = lrn(image, { size: 3, alpha: 0.5, beta: 0.75, k: within ? 1 : 2, within }).values
    const found = await outputOf(text, it1(), image)
    // Rounded to float32 once.
    for (const [i, value] of expected.entries())
      expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(2 ** -24 * Math.abs(value))
  })
})

describe('numbers for each channel', () => {
  const image = input([3, 2, 4])
  const value = (i: number) => image.values[i] as number
  const channel = (i: number) => Math.floor(i / 8)
  const each = (f: (x: number, c: number) => number) => image.values.map((x, i) => f(x, channel(i)))
  const [scale, bias] = [halves([3], 4), halves([3], 9)]
  const at = ({ values }: { values: readonly number[] }, c: number) => values[c] as number

  it('Scale, with and without a bias, and one for all', async () => {
    expect(await outputOf(layer('Scale'), it1(scale), image)).toEqual(each((x, c) => x * at(scale, c)))
    expect(await outputOf(layer('Scale', 'scale_param { bias_term: true }'), it1(scale, bias), image)).toEqual(
      each((x, c) => x * at(scale, c) + at(bias, c)),
    )
    const one = { shape: [], values: [2.5] }
    expect(await outputOf(layer('Scale', 'scale_param { num_axes: 0 }'), it1(one), image)).toEqual(each((x) => 2.5 * x))
  })

  it('Bias', async () => {
    expect(await outputOf(layer('Bias'), it1(bias), image)).toEqual(each((x, c) => x + at(bias, c)))
  })

  it('PReLU', async () => {
    const slopes = { shape: [3], values: [0.5, 0.25, 2] }
    const by = (slope: (c: number) => number) => each((x, c) => (x > 0 ? x : slope(c) * x))
    expect(await outputOf(layer('PReLU'), it1(slopes), image)).toEqual(by((c) => at(slopes, c)))
    const shared = layer('PReLU', 'prelu_param { channel_shared: true }')
    expect(await outputOf(shared, it1({ shape: [], values: [0.5] }), image)).toEqual(by(() => 0.5))
  })

  it('Power', async () => {
    const text = layer('Power', 'power_param { scale: 0.5 shift: -2 }')
    expect(await outputOf(text, it1(), image)).toEqual(each((x) => 0.5 * x - 2))
    expect(await outputOf(layer('Power', 'power_param { scale: 0.25 }'), it1(), image)).toEqual(each((x) => 0.25 * x))
    await expect(outputOf(layer('Power', 'power_param { power: 2 }'), it1(), image)).rejects.toThrow('a power of 2')
  })

  // Statistics are stored as sums, with the number that divides them; ε is such that the deviation is exact.
  const [mean, variance, factor] = [
    { shape: [3], values: [2, -4, 6] },
    { shape: [3], values: [7, 15, 3] },
    { shape: [1], values: [4] },
  ]
  const normalized = (x: number, c: number) => (x - at(mean, c) / 4) / Math.sqrt(at(variance, c) / 4 + 0.25)
  const near = (found: readonly number[], expected: readonly number[]) => {
    // Float32 rounds mean, variance, the quotient and the result: a few units of 2⁻²⁴ of the largest term.
    for (const [i, y] of expected.entries()) expect(Math.abs((found[i] as number) - y)).toBeLessThanOrEqual(2 ** -20)
  }
  const norm = 'layer { name: "norm" type: "BatchNorm" bottom: "data" top: "norm" batch_norm_param { eps: 0.25 } }'
  const norms = { name: 'norm', blobs: [mean, variance, factor] }

  it('BatchNorm alone, and with a factor of 0', async () => {
    near(await outputOf(norm, [norms], image), each(normalized))
    const untrained = { name: 'norm', blobs: [mean, variance, { shape: [1], values: [0] }] }
    near(
      await outputOf(norm, [untrained], image),
      each((x) => x / 0.5),
    )
  })

  it.each([
    ['in place', 'norm', 'norm'],
    ['with another top', 'norm', 'it'],
  ])('BatchNorm and Scale are one BN, %s', async (_, bottom, top) => {
    const scaling = `layer { name: "it" type: "Scale" bottom: "${bottom}" top: "${top}" scale_param { bias_term: true } }`
    const found = await outputOf(norm + scaling, [norms, { name: 'it', blobs: [scale, bias] }], image)
    near(
      found,
      each((x, c) => normalized(x, c) * at(scale, c) + at(bias, c)),
    )
    expect(value(0)).toBe(image.values[0])
  })

  it('BatchNorm whose output is used twice stays apart from Scale', async () => {
    const text = `${norm}
      layer { name: "it" type: "Scale" bottom: "norm" top: "it" }
      layer { name: "sum" type: "Eltwise" bottom: "norm" bottom: "it" top: "sum" }`
    const found = await outputOf(text, [norms, { name: 'it', blobs: [scale] }], image)
    near(
      found,
      each((x, c) => normalized(x, c) * (1 + at(scale, c))),
    )
  })
})
