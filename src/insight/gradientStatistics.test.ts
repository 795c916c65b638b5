/** Gradients of a batch: those of finite differences, on both backends, and nothing of the model changes. */

import { expect, test } from 'vitest'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { gradientStatistics } from './gradientStatistics.ts'

const images = Float32Array.from({ length: 4 * 18 }, (_, index) => Math.sin(3 * index))
const labels = [0, 2, 1, 2]

test('a gradient is the slope of the loss', async () => {
  const model = await Model.create(parse('INPUT 3x3x2 -> FC-4 -> TANH -> FC-3'), { backend: 'reference', seed: 4 })
  const { weights } = await gradientStatistics(model, images, labels)
  expect(weights.map(({ name }) => name)).toEqual(['fc1.filters', 'fc1.bias', 'fc2.filters', 'fc2.bias'])
  // The sum of the squares of all slopes along the bias of the last layer, by central differences.
  const bias = model.weights.get('fc2.bias').slice()
  const h = 2 ** -10
  let squares = 0
  for (const at of bias.keys()) {
    const lossAt = async (offset: number) => {
      model.weights.set(
        'fc2.bias',
        bias.map((value, index) => (index === at ? value + offset : value)),
      )
      return (await gradientStatistics(model, images, labels)).loss
    }
    squares += (((await lossAt(h)) - (await lossAt(-h))) / (2 * h)) ** 2
  }
  const { norm, mean, histogram } = weights.at(-1) ?? {}
  // Of cross-entropy, the slopes of the biases add up to 0. Losses are read as float32: 2⁻²⁴·2/2h, and the cubic term h²/6.
  expect(Math.abs((norm ?? 0) - Math.sqrt(squares))).toBeLessThan(3 * (2 ** -13 + h * h))
  expect(Math.abs(mean ?? 1)).toBeLessThan(2 ** -22)
  expect(histogram?.counts.reduce((a, b) => a + b, 0)).toBe(3)
  await model.dispose()
})

test('running statistics and weights stay, also of a model that predicts', async () => {
  const model = await Model.create(parse('INPUT 3x3x2 -> CONV3-4 -> BN -> RELU -> DROPOUT -> FC-3'), { seed: 1 })
  const scores = await model.predict(images)
  const { loss, weights } = await gradientStatistics(model, images, labels, { bins: 5 })
  expect(loss).toBeGreaterThan(0)
  expect(weights.map(({ name }) => name)).not.toContain('bn1.mean')
  expect(weights[0]?.histogram.counts).toHaveLength(5)
  expect(await model.predict(images)).toEqual(scores)
  await model.dispose()
})

test('labels must fit', async () => {
  const model = await Model.create(parse('INPUT 3x3x2 -> FC-3'))
  await expect(gradientStatistics(model, images, [0, 1])).rejects.toThrow(/labels do not fit/)
  await expect(gradientStatistics(model, images, [0, 1, 2, 3])).rejects.toThrow(/3 for image 3/)
  await expect(gradientStatistics(model, images.subarray(1), labels)).rejects.toThrow(/whole number/)
  await model.dispose()
})

test('other losses compare with numbers', async () => {
  const model = await Model.create(parse('INPUT 3x3x2 -> FC-2 -> LOSS squared-error'))
  const { loss } = await gradientStatistics(model, images, [0, 1, 0, 1, 0, 1, 0, 1])
  expect(Number.isFinite(loss)).toBe(true)
  await model.dispose()
})
