// Folding batch normalization: the same function, in float64, and what is left alone.

import { expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { sizeOf, volumeSize } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { foldBatchNorm } from './foldBatchNorm.ts'

/** A model with random weights and statistics. */
async function random(text: string): Promise<Model> {
  const model = await Model.create(parse(text), { threads: 1, backend: 'reference' })
  const draw = Random.seeded(1, text)
  for (const name of model.weights.names) {
    const { shape } = model.weights.get(name)
    const positive = name.endsWith('variance')
    model.weights.set(
      name,
      Array.from({ length: sizeOf(shape) }, () => (positive ? 0.1 : -0.5) + draw.next()),
    )
  }
  return model
}

it.each([
  ['INPUT 6x5x3 -> CONV3-4 -> BN -> RELU', 'INPUT 6x5x3 -> CONV3-4 -> RELU'],
  ['INPUT 6x5x4 -> CONV3x5-6 s2 p1x2 g2 nobias -> BN noscale eps=0.01', 'INPUT 6x5x4 -> CONV3x5-6 s2 p1x2 g2'],
  ['INPUT 4x4x6 -> TCONV3-4 s2 p1 o1 g2 nobias -> BN noshift', 'INPUT 4x4x6 -> TCONV3-4 s2 p1 o1 g2'],
  ['INPUT 3x2x4 -> FC-5 nobias -> BN -> BN', 'INPUT 3x2x4 -> FC-5'],
])('%s gives the same scores as %s', async (text, expected) => {
  await using model = await random(text)
  const { network, weights, folded, left } = foldBatchNorm(model.network, await model.snapshot())
  expect(network).toEqual(parse(expected))
  expect(folded.length).toBeGreaterThan(0)
  expect(left).toEqual([])
  await using result = await Model.create(network, { threads: 1, backend: 'reference' })
  for (const [name, { values }] of weights) result.weights.set(name, values)
  expect([...weights.keys()].sort()).toEqual([...result.weights.names].sort())
  const draw = Random.seeded(2, text)
  const image = Float32Array.from({ length: volumeSize(model.input) }, () => draw.next() - 0.5)
  const [before, after] = [await model.predict(image), await result.predict(image)]
  // Weights are rounded once to float32, with an error of 2^-24 each, and so are the results. A sum of up to 54 products
  // below 1 in magnitude (times a factor of at most 1.5/√0.1 = 4.8 for each norm) has an error of at most:
  const bound = 2 * 54 * 2 ** -24 * 4.8 ** 2
  for (let i = 0; i < before.length; i++) expect(Math.abs((after[i] ?? 0) - (before[i] ?? 0))).toBeLessThan(bound)
})

it('leaves a norm that does not follow filters, or whose input is used elsewhere, too', async () => {
  await using model = await random('INPUT 4x4x2 -> RELU -> BN -> a:CONV3-2 -> ADD(BN | )')
  const { folded, left, network } = foldBatchNorm(model.network, await model.snapshot())
  expect({ folded, left }).toEqual({ folded: [], left: ['bn1', 'bn2'] })
  expect(network).toEqual(model.network)
})

it('says which weight is missing', () => {
  const network = parse('INPUT 4x4x2 -> CONV3-2 -> BN')
  expect(() => foldBatchNorm(network, new Map())).toThrow(/a weight is missing[\s\S]*no mean and variance/)
})
