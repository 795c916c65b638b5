// Statistics of weights that are set by hand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { similarFilters } from './similarFilters.ts'
import { weightStatistics } from './weightStatistics.ts'

let model: Model
beforeAll(async () => {
  model = await Model.create(parse('INPUT 2x1x1 -> CONV2x1-4 p0 -> BN -> FC-2'), { backend: 'reference' })
  // [2, 1, 1, 4]: filters (1, 2), (−2, −4), (0, 0), (2, −1).
  model.weights.set('conv1.filters', [1, -2, 0, 2, 2, -4, 0, -1])
  model.weights.set('conv1.bias', [1, 1, 1, 1])
})
afterAll(() => model.dispose())

describe('statistics of weights', () => {
  it('are those of the values, with a row for each weight', () => {
    const rows = weightStatistics(model, { bins: 6 })
    expect(rows.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'conv1.filters learned',
      'conv1.bias learned',
      'bn1.scale learned',
      'bn1.shift learned',
      'bn1.mean tracked',
      'bn1.variance tracked',
      'fc1.filters learned',
      'fc1.bias learned',
    ])
    const [filters, bias] = rows
    // Sum −2 and sum of squares 30 of 8 values.
    expect(filters).toMatchObject({ count: 8, mean: -0.25, least: -4, most: 2, zeros: 2, notFinite: 0 })
    expect(filters?.norm).toBeCloseTo(Math.sqrt(30), 12)
    expect(filters?.deviation).toBeCloseTo(Math.sqrt(30 / 8 - 1 / 16), 12)
    expect(filters?.histogram).toEqual({ from: -4, to: 2, counts: [1, 0, 1, 1, 2, 3] })
    expect(filters?.filters?.norms).toEqual(Float64Array.of(Math.sqrt(5), Math.sqrt(20), 0, Math.sqrt(5)))
    expect(filters?.filters?.dead).toEqual([2])
    expect(filters?.filters?.similar).toMatchObject({
      found: 1,
      compared: 4,
      isComplete: true,
      pairs: [{ a: 0, b: 1 }],
    })
    expect(filters?.filters?.similar.pairs[0]?.cosine).toBeCloseTo(-1, 12)
    // Values that are all the same lie in the middle; biases are no filters.
    expect(bias?.histogram).toEqual({ from: 0.5, to: 1.5, counts: [0, 0, 0, 4, 0, 0] })
    expect(bias?.filters).toBeUndefined()
  })

  it('tell how far weights have moved since', () => {
    const start = new Map([
      ['conv1.filters', { shape: [2, 1, 1, 4], values: Float32Array.of(1, 2, 0, 2, 2, 4, 3, -1) }],
    ])
    const [row, other] = weightStatistics(model, { layers: ['conv1'], since: start })
    // Moved: filter 1 by (−4, −8), filter 2 by (0, −3).
    expect(row?.moved?.distance).toBeCloseTo(Math.sqrt(80 + 9), 6)
    expect(row?.moved?.relative).toBeCloseTo(Math.sqrt(89 / 39), 6)
    expect(row?.moved?.filters).toEqual(Float64Array.of(0, 2, 1, 0))
    expect(row?.moved?.cosine).toBeCloseTo((5 - 20 + 5) / Math.sqrt(30 * 39), 6)
    expect(row?.moved?.histogram.counts.reduce((a, b) => a + b)).toBe(8)
    expect(other?.moved).toBeUndefined()
    const wrong = new Map([['conv1.filters', { shape: [8], values: new Float32Array(8) }]])
    expect(() => weightStatistics(model, { since: wrong })).toThrow(/another network's[\s\S]*\[2, 1, 1, 4\]/)
  })

  it('leave values out that are not finite, and count them', async () => {
    await using broken = await Model.create(parse('INPUT 1x1x1 -> FC-2'), { backend: 'reference' })
    broken.weights.set('fc1.filters', [Number.NaN, 3])
    broken.weights.set('fc1.bias', [Number.NaN, Number.NaN])
    const [filters, bias] = weightStatistics(broken, { bins: 2 })
    expect(filters).toMatchObject({ notFinite: 1, mean: 3, least: 3, most: 3 })
    expect(bias).toMatchObject({
      notFinite: 2,
      mean: Number.NaN,
      least: Number.NaN,
      histogram: { from: 0, to: 1, counts: [0, 0] },
    })
  })

  it('refuse layers and options that there are not', () => {
    expect(() => weightStatistics(model, { layers: ['conv7'] })).toThrow(/no layer has this name[\s\S]*conv1/)
    for (const bins of [0, 1.5, Number.NaN]) expect(() => weightStatistics(model, { bins })).toThrow(/bins/)
    for (const similarity of [0.5, 1.1, Number.NaN])
      expect(() => weightStatistics(model, { similarity })).toThrow(/similarity/)
    expect(() => weightStatistics(model, { bin: 3 } as object)).toThrow(/no option bin[\s\S]*bins/)
  })
})

describe('similar filters', () => {
  const normsOf = (values: Float32Array, count: number) =>
    Float64Array.from({ length: count }, (_, filter) => Math.hypot(...values.filter((__, i) => i % count === filter)))

  it('are found among long ones, where sketches are compared first', () => {
    const [count, length] = [60, 700]
    const random = Random.seeded(5, 'filters')
    const values = Float32Array.from({ length: count * length }, () => random.normal())
    // Filter 7 is filter 3 and a little noise; filter 40 is three times filter 11, turned around.
    for (let i = 0; i < length; i++) {
      values[i * count + 7] = (values[i * count + 3] as number) + 0.05 * random.normal()
      values[i * count + 40] = -3 * (values[i * count + 11] as number)
    }
    const found = similarFilters(values, normsOf(values, count), 0.99)
    expect(found.pairs.map(({ a, b }) => [a, b])).toEqual([
      [11, 40],
      [3, 7],
    ])
    expect(found).toMatchObject({ found: 2, compared: count, isComplete: true })
  })

  it('end in bounded time where all are the same, and say so', () => {
    const count = 300
    const same = new Float32Array(200 * count).fill(1)
    const found = similarFilters(same, normsOf(same, count), 0.99)
    expect(found).toMatchObject({ found: 10_000, isComplete: false })
    expect(found.pairs).toHaveLength(100)
  })

  it('are none where filters are single numbers, or zeros', () => {
    expect(similarFilters(Float32Array.of(1, 2), Float64Array.of(1, 2), 0.9).found).toBe(0)
    expect(similarFilters(new Float32Array(8), new Float64Array(2), 0.9).found).toBe(0)
  })
})
