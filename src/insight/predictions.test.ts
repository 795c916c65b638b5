// The likeliest classes and the surest mistakes of a model whose scores are known by hand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Split } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { surestMistakes, topPredictions } from './predictions.ts'

const info = { classes: ['dark', 'light'], normalization: { mean: [0], std: [1] } }
let model: Model
let certain: Model

beforeAll(async () => {
  // The score of "light" is ten times the brightness of the one pixel, that of "dark" is 5.
  const options = { backend: 'reference' as const, info }
  model = await Model.create(parse('INPUT 1x1x1 -> FC-2'), options)
  certain = await Model.create(parse('INPUT 1x1x1 -> FC-2 -> SOFTMAX'), options)
  for (const each of [model, certain]) {
    each.weights.set('fc1.filters', [0, 10])
    each.weights.set('fc1.bias', [5, 0])
  }
})
afterAll(async () => {
  await model.dispose()
  await certain.dispose()
})

describe('predictions', () => {
  it('are a softmax of the scores, likeliest first', async () => {
    const [light, dark] = topPredictions(model, await model.predict(Float32Array.of(1)), 5)
    expect(light).toMatchObject({ label: 'light', index: 1 })
    expect(light?.probability).toBeCloseTo(1 / (1 + Math.exp(-5)), 6)
    expect((light?.probability ?? 0) + (dark?.probability ?? 0)).toBeCloseTo(1, 6)
  })

  it('are not taken through a softmax twice', async () => {
    const pixel = Float32Array.of(0.7)
    const twice = topPredictions(certain, await certain.predict(pixel), 2)
    const once = topPredictions(model, await model.predict(pixel), 2)
    twice.forEach(({ probability, label }, index) => {
      expect(label).toBe(once[index]?.label)
      expect(probability).toBeCloseTo(once[index]?.probability ?? 0, 6)
    })
  })

  it('stay numbers with scores that no power reaches, and name only as many as asked for', () => {
    expect(topPredictions(model, Float32Array.of(1e30, -1e30), 1)).toEqual([
      { label: 'dark', index: 0, probability: 1 },
    ])
  })
})

describe('the surest mistakes', () => {
  const split: Split = {
    count: 5,
    height: 1,
    width: 1,
    channels: 1,
    images: Uint8Array.of(255, 0, 153, 255, 204),
    labels: Uint8Array.of(0, 0, 0, 1, 0),
  }
  const normalization = info.normalization

  it('come surest first, without what is right', async () => {
    const mistakes = await surestMistakes(model, split, { normalization, most: 2, among: 5 })
    expect(mistakes.map(({ index }) => index)).toEqual([0, 4])
    expect(mistakes[0]).toMatchObject({ actual: 'dark', predicted: 'light' })
    expect(mistakes[0]?.probability).toBeCloseTo(1 / (1 + Math.exp(-5)), 6)
  })

  it('come from the first images only, when asked', async () => {
    const mistakes = await surestMistakes(model, split, { normalization, most: 9, among: 3 })
    expect(mistakes.map(({ index }) => index)).toEqual([0, 2])
  })
})
