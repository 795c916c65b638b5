/** Features of frozen layers that are computed once: the weights are the same bits as without them. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataset } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { type FeatureTraining, featureTraining } from './features.ts'
import { evaluate, type TrainOptions, train } from './index.ts'
import { stripes } from './testing/stripes.ts'

const source = stripes(96, 3)
const data = dataset({ ...source, validation: source.test, normalization: source.normalization })
const options: TrainOptions = {
  epochs: 3,
  batch: 16,
  optimizer: { kind: 'adamw', rate: 0.01 },
  seed: 3,
  frozen: ['all-but-head'],
}
const limit = 2 ** 24

const create = async (text: string, threads = 1) => {
  const model = await Model.create(parse(text), { seed: 1, threads })
  for (const name of model.weights.names.filter((each) => each.endsWith('.mean')))
    model.weights.set(
      name,
      model.weights.get(name).map((_, i) => 0.1 * i - 0.2),
    )
  return model
}

async function run(model: Model, set = data, more: TrainOptions = options) {
  const losses: unknown[] = []
  for await (const { kind, evaluation, loss } of train(model, set, more))
    if (kind === 'epoch') losses.push(loss, evaluation)
  return losses
}

async function cached(model: Model, more: TrainOptions = options): Promise<FeatureTraining> {
  const made = await featureTraining(model, data, more, limit)
  if ('reason' in made) throw new Error(made.reason)
  await made.compute({})
  return made
}

const valuesOf = ({ weights }: Model) => new Map(weights.names.map((name) => [name, [...weights.get(name)]]))

describe.each([
  ['FC behind dropout', 'INPUT 8x8x1 -> CONV3-6 -> BN -> RELU -> POOL2 -> CONV3-8 -> RELU -> DROPOUT 0.5 -> FC-4', {}],
  [
    'CONV1, ReLU and GAP',
    'INPUT 8x8x1 -> CONV3-16 -> BN -> RELU -> POOL2 -> CONV3-16 -> RELU -> CONV1-4 -> RELU -> GAP',
    {},
  ],
  [
    'layers behind one',
    'INPUT 8x8x1 -> CONV3-6 -> RELU -> CONV3-8 -> BN -> RELU -> POOL2 -> FC-4',
    { frozen: ['until:conv1'] },
  ],
  ['flipped images', 'INPUT 8x8x1 -> CONV3-6 -> BN -> RELU -> POOL2 -> FC-4', { augment: { flip: true } }],
  [
    'rates',
    'INPUT 8x8x1 -> CONV3-6 -> RELU -> CONV3-8 -> RELU -> POOL2 -> FC-4',
    {
      frozen: ['conv1'],
      rates: [
        { weights: 'conv1', factor: 2 },
        { weights: '*', factor: 0.5 },
      ],
    },
  ],
] as const)('%s', (_, text, more) => {
  it('become the same bits with and without cached features, in any number of threads', async () => {
    const settings = { ...options, ...more }
    await using whole = await create(text)
    const before = valuesOf(whole)
    const expected = await run(whole, data, settings)
    for (const threads of [1, 2]) {
      await using model = await create(text, threads)
      const made = await cached(model, settings)
      await using head = made.model
      expect(await run(head, made.dataset, made.options)).toEqual(expected)
      expect(valuesOf(model)).toEqual(before)
      await made.putBack()
      expect(valuesOf(model)).toEqual(valuesOf(whole))
      expect(model.info).toEqual(whole.info)
      expect(await evaluate(model, data.test)).toEqual(await evaluate(whole, data.test))
    }
    expect(valuesOf(whole)).not.toEqual(before)
  })
})

const small = 'INPUT 8x8x1 -> CONV3-6 -> RELU -> POOL2 -> FC-4'

it('a training is resumed with features that are computed again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
  const path = join(folder, 'run.checkpoint')
  await using whole = await create(small)
  await run(whole)
  await using first = await create(small)
  const begun = await cached(first)
  await using head = begun.model
  for await (const { kind } of train(head, begun.dataset, { ...begun.options, checkpoint: { path } }))
    if (kind === 'epoch') break
  await using again = await create(small)
  const resumed = await cached(again)
  await using other = resumed.model
  await run(other, resumed.dataset, { ...resumed.options, resume: path })
  await resumed.putBack()
  expect(valuesOf(again)).toEqual(valuesOf(whole))
  await rm(folder, { recursive: true })
})

it('says how far it is, and stops when it is told to', async () => {
  await using model = await create(small)
  const made = await featureTraining(model, data, { ...options, augment: { flip: true } }, limit)
  if ('reason' in made) throw new Error(made.reason)
  await using _ = made.model
  const seen: number[] = []
  await made.compute({ progress: (done, all) => seen.push(done / all) })
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.at(-1)).toBe(1)
  const passes = 2 * data.train.count + (data.validation?.count ?? 0) + data.test.count
  expect(made.bytes).toBe(passes * 4 * 4 * 6 * 4)
  await expect(made.compute({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
})

it('goes on where it was stopped, with the same features', async () => {
  await using model = await create(small)
  const all = await cached(model)
  const made = await featureTraining(model, data, options, limit)
  if ('reason' in made) throw new Error(made.reason)
  const stop = new AbortController()
  const seen: number[] = []
  const progress = (done: number) => seen.push(done) >= 2 && stop.abort('enough')
  await expect(made.compute({ signal: stop.signal, progress })).rejects.toBe('enough')
  await made.compute({ progress })
  // Nothing was computed twice.
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b))
  for (const split of ['train', 'test'] as const)
    expect(made.dataset[split].features).toEqual(all.dataset[split].features)
  for (const { model: back } of [all, made]) await back.dispose()
})

it.each([
  ['crops', small, { augment: { crop: 1 } }, limit, /crops/],
  ['nothing frozen', small, { frozen: [] }, limit, /no frozen layer/],
  [
    'a learned layer in front',
    `${small.replace('POOL2', 'CONV3-6 -> POOL2')}`,
    { frozen: ['conv2'] },
    limit,
    /no frozen/,
  ],
  ['more than the limit', small, {}, 1000, /more memory than the limit/],
])('%s: no features', async (_, text, more, most, reason) => {
  await using model = await create(text)
  const made = await featureTraining(model, data, { ...options, ...more }, most)
  expect('reason' in made && made.reason).toMatch(reason)
})
