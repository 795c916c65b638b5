/** Learning rates by group: a factor is what a rate multiplied by it does, for every optimizer. */

import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { optimizerKinds } from '../ops/optimizer/optimizers.ts'
import { type TrainOptions, train } from './index.ts'
import { stripes } from './testing/stripes.ts'

const data = stripes(64)
const text = 'INPUT 8x8x1 -> CONV3-6 -> BN -> RELU -> POOL2 -> FC-4'
const options: TrainOptions = { epochs: 1, batch: 64, seed: 3 }

async function trained(more: Partial<TrainOptions>, threads = 1): Promise<ReadonlyMap<string, readonly number[]>> {
  await using model = await Model.create(parse(text), { seed: 1, threads })
  for await (const _ of train(model, data, { ...options, ...more }));
  return new Map(model.weights.names.map((name) => [name, [...model.weights.get(name)]]))
}

describe.each(optimizerKinds)('with %s', (kind) => {
  // One step: what a layer learns in it depends on its own rate only.
  const rate = 2 ** -7
  const half = rate / 2

  it('half the rate for a layer is a step at half the rate for this layer, and at the whole for the others', async () => {
    const both = await trained({ optimizer: { kind, rate }, rates: [{ weights: 'conv1', factor: 0.5 }] })
    const [whole, halved] = [
      await trained({ optimizer: { kind, rate } }),
      await trained({ optimizer: { kind, rate: half } }),
    ]
    for (const [name, values] of both)
      expect(values, name).toEqual((name.startsWith('conv1.') ? halved : whole).get(name))
    expect(both.get('conv1.filters')).not.toEqual(whole.get('conv1.filters'))
  })

  it('is clipped like the others', async () => {
    const clipped = { optimizer: { kind, rate }, clipNorm: 1e-3 }
    const both = await trained({ ...clipped, rates: [{ weights: 'conv1', factor: 0.5 }] })
    const halved = await trained({ ...clipped, optimizer: { kind, rate: half } })
    expect(both.get('conv1.filters')).toEqual(halved.get('conv1.filters'))
  })
})

it('takes the first rule that fits: head, layers, weights and patterns', async () => {
  const optimizer = { kind: 'sgd', rate: 2 ** -7 } as const
  const by = (factor: number) => trained({ optimizer: { ...optimizer, rate: optimizer.rate * factor } })
  const rates = [
    { weights: 'head', factor: 2 },
    { weights: 'conv1.bias', factor: 0.25 },
    { weights: '*', factor: 0.5 },
  ]
  const given = await trained({ optimizer, rates })
  const [two, quarter, half] = [await by(2), await by(0.25), await by(0.5)]
  expect(given.get('fc1.weights')).toEqual(two.get('fc1.weights'))
  expect(given.get('fc1.bias')).toEqual(two.get('fc1.bias'))
  expect(given.get('conv1.bias')).toEqual(quarter.get('conv1.bias'))
  expect(given.get('conv1.filters')).toEqual(half.get('conv1.filters'))
  expect(given.get('bn1.scale')).toEqual(half.get('bn1.scale'))
})

it('gives the same bits with any number of threads', async () => {
  const more = { batch: 16, rates: [{ weights: 'conv*', factor: 0.1 }] }
  expect(await trained(more, 3)).toEqual(await trained(more, 1))
})

it.each([
  ['a layer that is not there', [{ weights: 'conv7', factor: 1 }], /conv7[\s\S]*did you mean conv1/],
  ['a layer without weights', [{ weights: 'relu1', factor: 1 }], /no layer with weights/],
  ['a factor of 0', [{ weights: 'conv1', factor: 0 }], /factor above 0[\s\S]*frozen/],
  ['a factor that is no number', [{ weights: 'conv1', factor: Number.NaN }], /factor above 0/],
])('%s is refused before anything begins', async (_, rates, message) => {
  await using model = await Model.create(parse(text), { threads: 1 })
  const start = () => train(model, data, { ...options, rates })
  expect(start).toThrow(ArgumentError)
  expect(start).toThrow(message)
})
