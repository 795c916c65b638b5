// Features, neighbors and maps of points whose geometry is known.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { embed } from './embed.ts'
import { featuresOf, nearestImages } from './featureSpace.ts'
import { principalComponents } from './pca.ts'

let model: Model
beforeAll(async () => {
  model = await Model.create(parse('INPUT 4x4x2 -> CONV1-3 -> RELU -> POOL2 -> FC-5 -> SOFTMAX'), {
    backend: 'reference',
    info: { normalization: { mean: [0, 0], std: [1, 1] } },
  })
})
afterAll(() => model.dispose())

const noise = (length: number, name: string) => {
  const random = Random.seeded(3, name)
  return Float32Array.from({ length }, () => random.normal())
}

describe('features', () => {
  it('are what the layer in front of the scores gives', async () => {
    const images = noise(3 * 32, 'images')
    const features = await featuresOf(model, images)
    expect(features).toMatchObject({ layer: 'pool1', count: 3, length: 12, isMean: false })
    expect(features.values).toEqual((await model.activations(images, ['pool1'])).pool1?.data)
  })

  it('are means over a map that is too large', async () => {
    await using large = await Model.create(parse('INPUT 40x40x1 -> CONV1-3 -> CONV1-2 -> GAP'), {
      backend: 'reference',
    })
    const images = noise(2 * 1600, 'large')
    const { values, length, isMean } = await featuresOf(large, images, { layer: 'conv1' })
    expect([length, isMean]).toEqual([3, true])
    const { data } = (await large.activations(images, ['conv1'])).conv1 ?? { data: new Float32Array() }
    let sum = 0
    for (let position = 0; position < 1600; position++) sum += data[(1600 + position) * 3 + 1] as number
    expect(values[4]).toBeCloseTo(sum / 1600, 6)
  })

  it('of a split are those of its images', async () => {
    const images = Uint8Array.from({ length: 70 * 32 }, (_, index) => (index * 37) % 256)
    const split = { count: 70, height: 4, width: 4, channels: 2, images, labels: new Uint8Array(70) }
    const { values, count } = await featuresOf(model, split)
    expect(count).toBe(70)
    expect(values).toEqual(
      (
        await featuresOf(
          model,
          Float32Array.from(images, (byte) => Math.fround(byte / 255)),
        )
      ).values,
    )
    expect((await featuresOf(model, split, { among: 4 })).values).toEqual(values.subarray(0, 48))
  })

  it('refuse layers that there are not, and several', async () => {
    await expect(featuresOf(model, noise(32, 'a'), { layer: 'relu7' })).rejects.toThrow(/no layer has this name/)
    await expect(featuresOf(model, noise(32, 'a'), { layer: '*' })).rejects.toThrow(/takes one layer/)
    await expect(featuresOf(model, noise(31, 'a'))).rejects.toThrow(/whole number of images/)
  })
})

describe('the nearest images', () => {
  const features = { values: Float32Array.of(1, 0, 0, 2, 10, 1, 0, 0), count: 4, length: 2 }

  it('are those at the smallest angle, or at the smallest distance', () => {
    expect(nearestImages(features, 0).map(({ index }) => index)).toEqual([2, 1, 3])
    expect(nearestImages(features, 0, { metric: 'euclidean' }).map(({ index }) => index)).toEqual([3, 1, 2])
    expect(nearestImages(features, 0, { most: 1, metric: 'euclidean' })).toEqual([{ index: 3, distance: 1 }])
    expect(nearestImages(features, Float32Array.of(0, 5), { most: 1 })).toEqual([{ index: 1, distance: 0 }])
  })

  it('refuse what does not fit', () => {
    expect(() => nearestImages(features, 4)).toThrow(/from 0 to 3/)
    expect(() => nearestImages(features, Float32Array.of(1))).toThrow(/another layer/)
    expect(() => nearestImages(features, 0, { metric: 'hamming' as 'cosine' })).toThrow(/no such metric/)
  })
})

describe('principal components', () => {
  it('are the directions of the largest variances, to rounding', () => {
    // Points along two orthogonal directions of 30, with deviations 3 and 2 about, and little else.
    const [n, d] = [200, 30]
    const random = Random.seeded(1, 'points')
    const points = new Float64Array(n * d)
    for (let i = 0; i < n; i++) {
      const [a, b] = [3 * random.normal(), 2 * random.normal()]
      for (let j = 0; j < d; j++) points[i * d + j] = 7 + (j < 15 ? a : b) / Math.sqrt(15) + 0.1 * random.normal()
    }
    const { directions, variances, scores, variance } = principalComponents(points, n, d, 2)
    const mean = Array.from({ length: d }, (_, j) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += (points[i * d + j] as number) / n
      return sum
    })
    for (const k of [0, 1]) {
      const direction = directions.subarray(k * d, (k + 1) * d)
      // An eigenvector of the covariance: C·v = λ·v.
      const image = new Float64Array(d)
      for (let i = 0; i < n; i++) {
        let along = 0
        for (let j = 0; j < d; j++)
          along += ((points[i * d + j] as number) - (mean[j] as number)) * (direction[j] as number)
        expect(scores[i * 2 + k]).toBeCloseTo(along, 9)
        for (let j = 0; j < d; j++)
          image[j] = (image[j] as number) + (along * ((points[i * d + j] as number) - (mean[j] as number))) / n
      }
      image.forEach((value, j) => {
        expect(value).toBeCloseTo((variances[k] as number) * (direction[j] as number), 6)
      })
      expect(Math.max(...direction)).toBeGreaterThan(-Math.min(...direction) - 1e-12)
    }
    expect(variances[0]).toBeGreaterThan(variances[1] as number)
    expect((variances[0] as number) + (variances[1] as number)).toBeGreaterThan(0.95 * variance)
  })

  it('are as many as there are, for few points and for points that are all the same', () => {
    const few = principalComponents([0, 0, 0, 3, 4, 0], 2, 3, 5)
    expect(few.variances).toHaveLength(2)
    expect(few.variances[0]).toBeCloseTo(6.25, 12)
    expect(few.variances[1]).toBeCloseTo(0, 12)
    const same = principalComponents(new Float32Array(12).fill(2), 4, 3, 2)
    expect([...same.scores]).toEqual(Array.from({ length: 8 }, () => 0))
  })
})

describe('maps of features', () => {
  /** Three groups of 20 points each, far apart in 60 dimensions. */
  const count = 60
  const length = 60
  const random = Random.seeded(8, 'groups')
  const values = Float32Array.from({ length: count * length }, (_, index) => {
    const [point, axis] = [Math.floor(index / length), index % length]
    return (axis % 3 === point % 3 ? 5 : 0) + 0.3 * random.normal()
  })

  it.each(['umap', 'pca'] as const)(
    'keep groups together, by %s, and are the same by the same seed',
    async (method) => {
      const { points, explained } = await embed({ values, count, length }, { method, seed: 1 })
      expect(points).toHaveLength(2 * count)
      expect([...points].every(Number.isFinite)).toBe(true)
      const distance = (a: number, b: number) =>
        Math.hypot(
          (points[2 * a] as number) - (points[2 * b] as number),
          (points[2 * a + 1] as number) - (points[2 * b + 1] as number),
        )
      for (let a = 0; a < count; a++) {
        const others = Array.from({ length: count }, (_, b) => b).filter((b) => b !== a)
        const nearest = others.reduce((best, b) => (distance(a, b) < distance(a, best) ? b : best))
        expect(nearest % 3).toBe(a % 3)
      }
      expect((await embed({ values, count, length }, { method, seed: 1 })).points).toEqual(points)
      if (method === 'pca') expect((explained?.[0] ?? 0) + (explained?.[1] ?? 0)).toBeGreaterThan(0.9)
      else expect((await embed({ values, count, length }, { method, seed: 2 })).points).not.toEqual(points)
    },
  )

  it('refuse too few images and values that are not finite', async () => {
    await expect(embed({ values: new Float32Array(4), count: 2, length: 2 })).rejects.toThrow(/too few images/)
    const broken = new Float32Array(8).fill(Number.NaN)
    await expect(embed({ values: broken, count: 4, length: 2 })).rejects.toThrow(/not finite[\s\S]*image 0/)
    await expect(embed({ values, count, length }, { method: 'tsne' as 'pca' })).rejects.toThrow(/no such method/)
    const small = await embed({ values: new Float32Array(6), count: 3, length: 2 }, { method: 'pca' })
    expect([...small.points]).toEqual([0, 0, 0, 0, 0, 0])
  })
})
