// Options that do not exist are refused by every function that takes options, with the name that was meant.

import { expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { dataset } from '../data/dataset.ts'
import { openDataset } from '../data/node/open.ts'
import { Model } from '../model/model.ts'
import type { Network } from '../network/network.ts'
import { parse } from '../notation/parse.ts'
import { print } from '../notation/print.ts'
import { cost } from '../plan/cost.ts'
import { maxBatch } from '../plan/maxBatch.ts'
import { plan } from '../plan/plan.ts'
import { evaluate } from './evaluate.ts'
import { train } from './loop.ts'
import type { TrainOptions } from './options.ts'

const network = parse('INPUT 2x2x1 -> FC-2')
const model = await Model.create(network, { threads: 1 })
const split = {
  height: 2,
  width: 2,
  channels: 1,
  images: Uint8Array.from({ length: 16 }, (_, i) => i),
  labels: [0, 1, 0, 1],
}
const data = dataset({ name: 'noise', classes: ['a', 'b'], train: split, test: split })
const start = (options: object) => train(model, data, { epochs: 1, batch: 2, ...options } as TrainOptions)

it.each<[string, object, string, string]>([
  [
    'a learning rate',
    { learningRate: 1 },
    'train has no option learningRate',
    "optimizer: { kind: 'adam', rate: 0.001 }",
  ],
  ['a mistyped name', { epoch: 1 }, 'train has no option epoch', 'epochs'],
  ['a name from elsewhere', { batchSize: 2 }, 'train has no option batchSize', 'batch'],
  ['a part of early stopping', { earlyStopping: { patients: 1 } }, 'earlyStopping has no option patients', 'patience'],
  ['a part of a checkpoint', { checkpoint: { path: 'x', everySecond: 1 } }, 'no option everySecond', 'everySeconds'],
  ['a part of the optimizer', { optimizer: { kind: 'sgd', learningRate: 1 } }, 'sgd has no learningRate', 'rate'],
])('train refuses %s at once', (_, options, message, advice) => {
  const call = () => start(options)
  expect(call).toThrow(ArgumentError)
  expect(call).toThrow(message)
  expect(call).toThrow(expect.objectContaining({ advice }))
})

it.each<[string, () => unknown]>([
  ['plan', () => plan(network, { bach: 2 } as object)],
  ['maxBatch', () => maxBatch(network, 1e6, { bach: 2 } as object)],
  ['parse', () => parse('INPUT 2x2x1 -> FC-2', { strickt: true } as object)],
  ['evaluate', () => evaluate(model, data.train, { normalisation: data.normalization } as object)],
  ['openDataset', () => openDataset('mnist', { caches: '.' } as object)],
])('%s refuses an option that it does not have', async (name, call) => {
  await expect(async () => call()).rejects.toThrow(new RegExp(`^${name} has no option`))
  await expect(async () => call()).rejects.toBeInstanceOf(ArgumentError)
})

it.each<[string, () => unknown]>([
  ['plan', () => plan('INPUT 2x2x1 -> FC-2' as unknown as Network)],
  ['print', () => print('lenet5' as unknown as Network)],
  ['cost', () => cost('lenet5' as unknown as Network)],
  ['maxBatch', () => maxBatch(undefined as unknown as Network, 1e6)],
  ['openDataset', () => openDataset(3 as unknown as string)],
])('%s refuses what it does not take', async (name, call) => {
  await expect(async () => call()).rejects.toThrow(new RegExp(`^${name} takes`))
})

it('train refuses what is no model and no data set', () => {
  expect(() => train(network as unknown as Model, data, { epochs: 1 })).toThrow(/^train takes a model/)
  expect(() => train(model, 'mnist' as unknown as typeof data, { epochs: 1 })).toThrow(/^train takes a data set/)
})
