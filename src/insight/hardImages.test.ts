// The hardest images of a model whose scores are known by hand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Split } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { hardImages } from './hardImages.ts'

const normalization = { mean: [0], std: [1] }
/** Bright ones are "light" by the model, at half brightness both are equal. */
const images = Uint8Array.of(0, 255, 102, 140, 230, 26)
const split: Split = {
  count: 6,
  height: 1,
  width: 1,
  channels: 1,
  images,
  labels: Uint8Array.of(0, 0, 0, 1, 1, 1),
  classes: ['dark', 'light'],
}
let model: Model
beforeAll(async () => {
  model = await Model.create(parse('INPUT 1x1x1 -> FC-2'), {
    backend: 'reference',
    info: { classes: ['dark', 'light'], normalization },
  })
  model.weights.set('fc1.filters', [0, 10])
  model.weights.set('fc1.bias', [5, 0])
})
afterAll(() => model.dispose())

describe('hard images', () => {
  it('are sure mistakes, close decisions, and the mistakes of each class', async () => {
    const found = await hardImages(model, split, { normalization, most: 3 })
    // Image 1 is white but labelled dark; image 5 is dark but labelled light.
    expect(found.mistakes.map(({ index }) => index)).toEqual([1, 5])
    expect(found.mistakes[0]).toMatchObject({ actual: 'dark', actualIndex: 0, predicted: 'light', predictedIndex: 1 })
    expect(found.mistakes[0]?.probability).toBeCloseTo(1 / (1 + Math.exp(-5)), 6)
    // Brightness 140 is closest to the border at 127.5, then 102.
    expect(found.unsure.map(({ index }) => index)).toEqual([3, 2, 5])
    expect(found.unsure[0]).toMatchObject({ actual: 'light', predicted: 'light', second: { label: 'dark' } })
    expect(
      found.classes.map(({ label, count, wrong, mistakes }) => [
        label,
        count,
        wrong,
        mistakes.map(({ index }) => index),
      ]),
    ).toEqual([
      ['dark', 3, 1, [1]],
      ['light', 3, 1, [5]],
    ])
  })

  it('are among the first images, and as many as asked for', async () => {
    const found = await hardImages(model, split, { normalization, most: 1, each: 0, among: 3 })
    expect(found).toMatchObject({
      among: 3,
      mistakes: [{ index: 1 }],
      unsure: [{ index: 2 }],
      classes: [{ label: 'dark', mistakes: [] }],
    })
    expect(await hardImages(model, split, { normalization, among: 0 })).toEqual({
      mistakes: [],
      unsure: [],
      classes: [],
      among: 0,
    })
    await expect(hardImages(model, split, { normalization, most: -1 })).rejects.toThrow(/most/)
  })
})
