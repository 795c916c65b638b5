// Dense evaluation against what defines it: every crop by itself. Without padding the scores are those of the crops, on the
// float64 reference to the bit, at any stride; kernels may choose another order of sums for another size of the map.

import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { Model } from '../model/model.ts'
import type { BackendName } from '../model/options.ts'
import { NetworkError } from '../network/errors.ts'
import { fullyConvolutional, strideOf } from '../network/fullyConvolutional.ts'
import { parse } from '../notation/parse.ts'
import { DenseEvaluation } from './dense.ts'

const noise = (length: number, name: string) => {
  const random = Random.seeded(7, name)
  return Float32Array.from({ length }, () => random.normal())
}

/** The scores of every crop, one after the other: [crops, classes]. */
async function cropByCrop(model: Model, dense: DenseEvaluation, image: Float32Array): Promise<Float32Array> {
  const { height, width, channels } = model.input
  const { rows, columns, input } = dense
  const classes = model.output.channels
  const scores = new Float32Array(rows.count * columns.count * classes)
  for (let i = 0; i < rows.count; i++) {
    for (let j = 0; j < columns.count; j++) {
      const crop = new Float32Array(height * width * channels)
      for (let y = 0; y < height; y++) {
        const from = ((i * rows.stride + y) * input.width + j * columns.stride) * channels
        crop.set(image.subarray(from, from + width * channels), y * width * channels)
      }
      scores.set(await model.predict(crop), (i * columns.count + j) * classes)
    }
  }
  return scores
}

interface Case {
  readonly network: string
  readonly height: number
  readonly width: number
  readonly stride?: number
  /** Crops. */
  readonly grid: readonly [number, number]
}

const cases: readonly Case[] = [
  { network: 'INPUT 12x12x3 -> CONV3-8 p0 -> RELU -> POOL2 -> FC-7', height: 18, width: 23, grid: [4, 6] },
  { network: 'INPUT 12x12x3 -> CONV3-8 p0 -> RELU -> POOL2 -> FC-7', height: 18, width: 23, stride: 1, grid: [7, 12] },
  // Sides that differ, a stride of 4, cut in half and in four; sizes that leave pixels over.
  { network: 'INPUT 13x9x2 -> CONV3-9 p0 s2 -> POOL2 -> FC-5 -> RELU -> FC-3', height: 29, width: 20, grid: [5, 3] },
  {
    network: 'INPUT 13x9x2 -> CONV3-9 p0 s2 -> POOL2 -> FC-5 -> RELU -> FC-3',
    ...{ height: 29, width: 20, stride: 2, grid: [9, 6] },
  },
  {
    network: 'INPUT 13x9x2 -> CONV3-9 p0 s2 -> POOL2 -> FC-5 -> RELU -> FC-3 -> SOFTMAX',
    ...{ height: 29, width: 20, stride: 1, grid: [17, 12] },
  },
  // An image that is hardly larger: fewer places than shifts. And no larger at all.
  { network: 'INPUT 12x12x1 -> CONV5-4 p0 s4 -> FC-2', height: 14, width: 13, stride: 1, grid: [3, 2] },
  { network: 'INPUT 12x12x1 -> CONV5-4 p0 s4 -> FC-2', height: 12, width: 12, grid: [1, 1] },
  // Winograd's layers, batch normalization, branches, and windows in place of GAP and GMP.
  {
    network:
      'INPUT 14x14x8 -> CONV3-16 p0 -> BN -> RELU -> CONV3-16 p0 -> CONCAT(CONV1-4 | POOL1) -> POOL2 -> GAP -> FC-3',
    ...{ height: 22, width: 19, stride: 1, grid: [9, 6] },
  },
  { network: 'INPUT 9x9x4 -> CONV3-6 p0 -> LRN3 -> MAXOUT2 -> GMP -> FC-4', height: 15, width: 12, grid: [7, 4] },
  // Stays as it is: nothing uses the whole map.
  { network: 'INPUT 9x9x4 -> CONV3-6 p0 s2 -> RELU -> CONV4-3 p0', height: 15, width: 12, stride: 1, grid: [7, 4] },
]

async function compare({ network, grid, ...size }: Case, backend: BackendName, exact: boolean, threads = 1) {
  await using model = await Model.create(parse(network), { seed: 3, backend, exact, threads })
  await using dense = await DenseEvaluation.create(model, size)
  const { height, width, channels } = dense.input
  const image = noise(height * width * channels, 'image')
  const map = await dense.scoreMaps(image)
  expect(dense.map).toEqual({ height: grid[0], width: grid[1], channels: model.output.channels })
  return { map, crops: await cropByCrop(model, dense, image), bound: boundOf(model, map) }
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, score, index) => Math.max(most, Math.abs(score - (b[index] as number))), 0)

/**
 * A sum of n products is off by at most n·2⁻²⁴ of the sum of their absolute values, which is at most √n times their root
 * of squares, of the size of a score; Winograd's by four times as much (decision 9). On both sides, in each layer.
 */
function boundOf({ weights }: Model, scores: Float32Array): number {
  const filters = weights.names.filter((name) => name.endsWith('.filters'))
  const lengths = filters.map((name) =>
    weights
      .get(name)
      .shape.slice(0, -1)
      .reduce((a, b) => a * b, 1),
  )
  const relative = lengths.reduce((sum, n) => sum + 2 * 4 * n * Math.sqrt(n) * 2 ** -24, 0)
  return relative * Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0) / scores.length)
}

describe('without padding, each score is that of its crop', () => {
  it.each(cases)('$network, every $stride in $height×$width: the same bits on the reference', async (each) => {
    const { map, crops } = await compare(each, 'reference', false)
    expect(map).toEqual(crops)
  })

  it.each(cases)('$network, every $stride in $height×$width: within rounding on the kernels', async (each) => {
    for (const exact of [true, false]) {
      const { map, crops, bound } = await compare(each, 'wasm', exact)
      expect(largestDifference(map, crops)).toBeLessThan(bound)
      // Threads never change a bit.
      expect((await compare(each, 'wasm', exact, 2)).map).toEqual(map)
    }
  })
})

/** A random network without padding: windows, what works at each position, and branches, then a head. */
function randomNetwork(random: Random): string {
  const pick = <T>(items: readonly T[]) => items[random.integer(items.length)] as T
  const channels = () => 2 * (1 + random.integer(3))
  const layers: readonly (() => string)[] = [
    () => `CONV${pick(['1', '2', '3', '2x3'])}-${channels()} p0`,
    () => `CONV3-${channels()} p0 s${pick(['1', '2', '2x1'])}`,
    () => `CONV2-${channels()} p0 d2 g2`,
    () => pick(['POOL2', 'POOL2 s1', 'AVGPOOL2', 'AVGPOOL2x1', 'L2POOL2 s1', 'POOL3 s2']),
    () =>
      pick([
        'RELU',
        'BN',
        'LN',
        'LRN3',
        'PRELU',
        'SCALE 0.5',
        'SHUFFLE g2',
        'GELU',
        'SOFTMAX',
        'WIDEN-8',
        'CROP p1,0,0,2',
      ]),
    () => `CONCAT(CONV3-${channels()} p0 | CROP p1 -> CONV1-2 | POOL3 s1)`,
    () => 'ADD(ID | RELU -> BN)',
  ]
  const heads = [
    'FC-3',
    'FC-4 -> RELU -> FC-2',
    'GAP -> FC-3',
    'GMP -> LN -> FC-3',
    'CONCAT(FC-2 | GAP | GMP)',
    'BN -> GAP',
  ]
  const body = Array.from({ length: 1 + random.integer(4) }, () => pick(layers)())
  return ['INPUT 32x34x2', ...body, pick(heads)].join(' -> ')
}

describe('random networks without padding', () => {
  const random = Random.seeded(11, 'networks')
  it.each(Array.from({ length: 40 }, () => randomNetwork(random)))('%s', async (network) => {
    await using model = await Model.create(parse(network), { seed: 5, backend: 'reference' })
    const [rows, columns] = strideOf(fullyConvolutional(model.network))
    // Half the stride, where it is even; a pixel more than the last crop needs.
    const stride = [2, 1].find((part) => rows % (2 * part) === 0 && columns % (2 * part) === 0) ?? 1
    const size = { height: 32 + 2 * stride + 1, width: 34 + 3 * stride }
    await using dense = await DenseEvaluation.create(model, { ...size, stride })
    const image = noise(size.height * size.width * 2, network)
    expect(await dense.scoreMaps(image)).toEqual(await cropByCrop(model, dense, image))
  })
})

describe('with padding', () => {
  const padded = 'INPUT 16x16x3 -> [CONV3-6 -> RELU]*2 -> POOL2 -> FC-3'

  it('crops differ at their borders, where predict pads with zeros: scores differ, too', async () => {
    const { map, crops } = await compare({ network: padded, height: 24, width: 24, grid: [5, 5] }, 'wasm', true)
    expect(map).not.toEqual(crops)
  })

  it('a score depends on its receptive field alone, and not on where in an image that lies', async () => {
    // 20 pixels: the crop and two pixels on each side, for two filters of 3×3.
    const network = padded
    await using model = await Model.create(parse(network), { seed: 3, backend: 'reference' })
    await using dense = await DenseEvaluation.create(model, { height: 40, width: 40 })
    const image = noise(40 * 40 * 3, 'large')
    const map = await dense.scoreMaps(image)
    // Rows and columns 4 to 35 of the image.
    await using inner = await DenseEvaluation.create(model, { height: 32, width: 32 })
    const part = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => {
      const [row, column, channel] = [Math.floor(i / 96), Math.floor(i / 3) % 32, i % 3]
      return image[((row + 4) * 40 + column + 4) * 3 + channel] as number
    })
    const innerMap = await inner.scoreMaps(part)
    const scoreAt = (of: Float32Array, side: number, i: number, j: number) =>
      of.slice((i * side + j) * 3, (i * side + j) * 3 + 3)
    // Crops with two pixels of the part on every side: 1 to 7 of the nine. Stride 2, so 4 pixels are 2 places.
    for (let i = 1; i < 8; i++)
      for (let j = 1; j < 8; j++) expect(scoreAt(innerMap, 9, i, j)).toEqual(scoreAt(map, 13, i + 2, j + 2))
    expect(scoreAt(innerMap, 9, 0, 0)).not.toEqual(scoreAt(map, 13, 2, 2))
  })
})

describe('DenseEvaluation', () => {
  const network = parse('INPUT 12x12x3 -> CONV3-8 p0 -> RELU -> POOL2 -> FC-3')

  it('gives the same bits for an image alone and in a batch, whatever runs at once', async () => {
    await using model = await Model.create(network, { threads: 1 })
    const images = noise(3 * 16 * 17 * 3, 'three')
    const each = images.length / 3
    const results: Float32Array[] = []
    for (const batch of [1, 3, 5, 64]) {
      await using dense = await DenseEvaluation.create(model, { height: 16, width: 17, stride: 1, batch })
      const maps = await dense.scoreMaps(images)
      const second = await dense.scoreMaps(images.subarray(each, 2 * each))
      expect(second).toEqual(maps.slice(maps.length / 3, (2 * maps.length) / 3))
      results.push(maps)
    }
    expect(results.every((maps) => maps.every((score, index) => score === results[0]?.[index]))).toBe(true)
  })

  it('takes the images at the call, and the weights at creation', async () => {
    await using model = await Model.create(network, { threads: 1 })
    await using dense = await DenseEvaluation.create(model, { height: 14, width: 14, stride: 1, batch: 1 })
    const image = noise(14 * 14 * 3, 'once')
    const expected = await dense.scoreMaps(image.slice())
    const later = dense.scoreMaps(image)
    image.fill(0)
    model.weights.set('fc1.bias', [100, 100, 100])
    expect(await later).toEqual(expected)
    expect(await dense.scoreMaps(noise(14 * 14 * 3, 'once'))).toEqual(expected)
  })

  it('averages the maps: scores, as the notes do', async () => {
    await using model = await Model.create(network, { threads: 1 })
    await using dense = await DenseEvaluation.create(model, { height: 16, width: 14 })
    expect(dense.output).toEqual({ height: 1, width: 1, channels: 3 })
    const images = noise(2 * 16 * 14 * 3, 'two')
    const maps = await dense.scoreMaps(images)
    const positions = 3 * 2
    const means = Float32Array.from({ length: 6 }, (_, index) => {
      const [image, kind] = [Math.floor(index / 3), index % 3]
      let sum = 0
      for (let p = 0; p < positions; p++) sum += maps[(image * positions + p) * 3 + kind] as number
      return sum / positions
    })
    expect(await dense.predict(images)).toEqual(means)
    // One image at a time, where a stride takes more runs than fit at once; the last has a part of them.
    await using fine = await DenseEvaluation.create(model, { height: 16, width: 14, stride: 1, batch: 3 })
    const both = await fine.predict(images)
    expect(both.slice(3)).toEqual(await fine.predict(images.slice(images.length / 2)))
    expect(both).not.toEqual(means)
  })

  it('classifies images as a model does', async () => {
    const info = { classes: ['a', 'b', 'c'], normalization: { mean: [0, 0, 0], std: [1, 1, 1] } }
    await using model = await Model.create(network, { threads: 1, info })
    await using dense = await DenseEvaluation.create(model, { height: 16, width: 16 })
    // The same everywhere, so each crop, and the mean, is what the model sees.
    const gray = { data: new Uint8Array(20 * 20 * 3).fill(90), width: 20, height: 20, channels: 3 as const }
    const [found] = await dense.classify([gray], { top: 3 })
    const expected = await model.classify(gray, { top: 3 })
    expect(found?.map((one) => one.class)).toEqual(expected.map((one) => one.class))
    // A mean of equal floats can be off by a rounding or two.
    found?.forEach(({ probability }, index) => {
      expect(probability).toBeCloseTo(expected[index]?.probability ?? 0, 6)
    })
  })

  it('refuses what does not work out', async () => {
    await using model = await Model.create(parse('INPUT 12x12x1 -> CONV4-4 s4 p0 -> FC-2'), { threads: 1 })
    const create = (options: object) => DenseEvaluation.create(model, options as { height: number; width: number })
    await expect(create({ height: 11, width: 20 })).rejects.toThrow(
      /height is less than .*input[\s\S]*11[\s\S]*from 12/,
    )
    await expect(create({ height: 20, width: 8 })).rejects.toThrow(/width is less/)
    await expect(create({ height: 20.5, width: 20 })).rejects.toThrow(ArgumentError)
    await expect(create({ width: 20 })).rejects.toThrow(ArgumentError)
    for (const stride of [3, 8, 0, -2, 1.5, Number.NaN]) {
      await expect(create({ height: 20, width: 20, stride })).rejects.toThrow(/does not divide[\s\S]*1, 2, 4/)
    }
    await expect(create({ height: 20, width: 20, strid: 2 })).rejects.toThrow(/no option strid[\s\S]*stride/)
    for (const batch of [0, 1.5]) await expect(create({ height: 20, width: 20, batch })).rejects.toThrow(ArgumentError)
    await using map = await Model.create(parse('INPUT 12x12x1 -> CONV3-4'), { threads: 1 })
    await expect(DenseEvaluation.create(map, { height: 20, width: 20 })).rejects.toThrow(/no classifier[\s\S]*12×12×4/)
    await using local = await Model.create(parse('INPUT 8x8x1 -> LOCAL3-2 -> FC-2'), { threads: 1 })
    await expect(DenseEvaluation.create(local, { height: 20, width: 20 })).rejects.toThrow(NetworkError)
    await using dense = await create({ height: 20, width: 20 })
    await expect(dense.scoreMaps(new Float32Array(12 * 12))).rejects.toThrow(/whole number of images/)
  })

  it('tells where the crops lie', async () => {
    await using model = await Model.create(parse('INPUT 12x12x1 -> CONV4-4 s4 p0 -> FC-2'), { threads: 1 })
    await using dense = await DenseEvaluation.create(model, { height: 21, width: 22, stride: 2 })
    expect(dense.rows).toEqual({ side: 21, crop: 12, stride: 2, networkStride: 4, count: 5, unseen: 1 })
    expect(dense.columns).toEqual({ side: 22, crop: 12, stride: 2, networkStride: 4, count: 6, unseen: 0 })
  })
})
