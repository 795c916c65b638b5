/** Recipes state what the training loop does, weight by weight; and the examples of python/ are what is written. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../../scripts/files.ts'
import { cifar10Classes, cifar10Normalization } from '../../data/cifar10.ts'
import { type Dataset, dataset } from '../../data/dataset.ts'
import { mnistNormalization } from '../../data/mnist.ts'
import type { Normalization } from '../../data/normalization.ts'
import { Model } from '../../model/model.ts'
import { parse } from '../../notation/parse.ts'
import { resolveSettings, type TrainOptions } from '../../train/options.ts'
import { resolveSchedule } from '../../train/schedule.ts'
import { zoo } from '../../zoo/zoo.ts'
import { preparation, recipeOf } from './recipeOf.ts'

/** Black images: their number and size count. */
function blank(
  classes: readonly string[],
  counts: readonly [train: number, test: number],
  [height, width, channels]: readonly [number, number, number],
  normalization: Normalization,
): Dataset {
  const split = (count: number) => {
    const images = new Uint8Array(count * height * width * channels)
    return { height, width, channels, images, labels: Uint8Array.from({ length: count }, (_, i) => i % classes.length) }
  }
  return dataset({ name: 'blank', classes, train: split(counts[0]), test: split(counts[1]), normalization })
}

async function recipe(
  network: Parameters<typeof Model.create>[0],
  data: Dataset,
  options: TrainOptions,
  parts: { readonly name?: string; readonly source?: string; readonly start?: readonly string[] } = {},
) {
  await using model = await Model.create(network, { threads: 1 })
  const { name = 'net', source = 'mnist', start = [] } = parts
  return recipeOf({
    model,
    settings: resolveSettings(model, data, options),
    name,
    classes: data.classes,
    data: {
      kind: 'arrays',
      file: 'data.safetensors',
      source,
      identity: { training: 'training pictures: …', tests: 'validation pictures: none; test pictures: …' },
    },
    counts: { train: data.train.count, validation: 0, test: data.test.count },
    start,
  })
}

const example = (name: string) => JSON.parse(readFileSync(join(root, 'python/examples', `${name}.json`), 'utf8'))
const digits = (train: number, test: number) => blank([...'0123456789'], [train, test], [28, 28, 1], mnistNormalization)

describe('the examples are what is written', () => {
  it('LeNet-5 on MNIST with Adam and steps', async () => {
    const schedule = { kind: 'step', every: 1, factor: 0.3 } as const
    const found = await recipe(
      zoo.network('lenet5'),
      digits(60_000, 10_000),
      { epochs: 3, batch: 64, optimizer: 'adam', schedule, seed: 7, keep: 'best' },
      { name: 'lenet5' },
    )
    expect(JSON.parse(JSON.stringify(found))).toEqual(example('lenet5-mnist'))
  })

  it('airbench94 on CIFAR-10 with Muon, groups, alternating flips and reflected borders', async () => {
    const found = await recipe(
      zoo.network('airbench94'),
      blank(cifar10Classes, [50_000, 10_000], [32, 32, 3], cifar10Normalization),
      zoo.entry('airbench94').recipes?.cifar10 as TrainOptions,
      { name: 'airbench94', source: 'cifar10', start: ['start: uniform …', 'start: whitening …'] },
    )
    expect(JSON.parse(JSON.stringify(found))).toEqual(example('airbench94-cifar10'))
  })
})

describe('recipeOf', () => {
  const net = parse('INPUT 28x28x1 -> CONV3-4 -> BN -> RELU -> CONV3-4 -> POOL2 -> FC-20 -> RELU -> FC-10')

  it('puts every weight that learns into one group, with the decay and the rate that it has', async () => {
    const { groups, fixed, frozen } = await recipe(net, digits(100, 10), {
      epochs: 4,
      batch: 10,
      optimizer: { kind: 'muon', rate: 0.1, weightDecay: 0.01 },
      frozen: ['conv1'],
      groups: [
        { weights: 'conv2.bias', frozen: true },
        { weights: 'head', factor: 3, from: 1 },
        { weights: 'norms', decay: 0.5, schedule: 'cosine', until: 2 },
      ],
    })
    expect([fixed, frozen]).toEqual([['conv2.bias'], ['conv1']])
    const of = (name: string) => groups.filter(({ weights }) => weights.includes(name))
    for (const name of [
      'bn1.scale',
      'bn1.shift',
      'conv2.filters',
      'fc1.filters',
      'fc1.bias',
      'fc2.filters',
      'fc2.bias',
    ])
      expect(of(name), name).toHaveLength(1)
    expect(groups.flatMap(({ weights }) => weights)).toHaveLength(7)
    const [filters, bias, head, headBias, norm] = [
      'conv2.filters',
      'fc1.bias',
      'fc2.filters',
      'fc2.bias',
      'bn1.scale',
    ].map((name) => of(name)[0])
    expect(filters).toMatchObject({ optimizer: { kind: 'muon', rate: 0.1, weightDecay: 0.01 }, from: 0, until: 40 })
    // What Muon is not for has AdamW, at its own rate.
    expect(bias?.optimizer).toMatchObject({ kind: 'adamw', rate: 0.015 * 0.1, weightDecay: 0 })
    expect(head).toMatchObject({
      optimizer: { kind: 'adamw', rate: 0.015 * 0.1 * 3, weightDecay: 0.01 },
      schedule: { kind: 'constant', epochs: 4, from: 0 },
      from: 10,
      until: 40,
    })
    expect(headBias?.optimizer).toMatchObject({ kind: 'adamw', weightDecay: 0 })
    expect(norm).toMatchObject({
      optimizer: { kind: 'adamw', weightDecay: 0.5 },
      schedule: { kind: 'cosine', epochs: 2, from: 0 },
      until: 20,
    })
  })

  it('states a schedule so that its numbers give the rates of the training', async () => {
    const options = { epochs: 6, batch: 10, schedule: 'one-cycle' } as const
    const { groups } = await recipe(net, digits(100, 10), {
      ...options,
      groups: [{ weights: 'head', from: 1.5, until: 4, schedule: { kind: 'triangular', warmup: 1 } }],
    })
    const rate = ({ schedule: { epochs, from, ...settings } }: (typeof groups)[number], step: number) =>
      resolveSchedule(settings, { epochs, stepsPerEpoch: 10 }).rate(1, step - from)
    const [main, head] = groups as [(typeof groups)[number], (typeof groups)[number]]
    await using model = await Model.create(net, { threads: 1 })
    const { rates } = resolveSettings(model, digits(100, 10), options)
    for (const step of [0, 17, 18, 59]) expect(rate(main, step)).toBe(rates.rate(1, step))
    expect([head.from, head.until, head.schedule.from, head.schedule.epochs]).toEqual([15, 40, 15, 2.5])
    expect(rate(head, 25)).toBe(1)
  })

  it('leaves smoothing and class weights out of evaluations', async () => {
    const found = await recipe(net, digits(100, 10), {
      epochs: 1,
      batch: 10,
      labelSmoothing: 0.1,
      classWeights: Array.from({ length: 10 }, (_, i) => i + 1),
    })
    expect(found.loss).toEqual({ kind: 'cross-entropy', smoothing: 0.1, classWeights: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })
    expect(found.evaluationLoss).toEqual({ kind: 'cross-entropy', smoothing: 0 })
  })

  it('states how photos are prepared, also where the model leaves it to the default', () => {
    expect(preparation(undefined)).toEqual({
      resize: { kind: 'cover', side: null, height: null, width: null },
      interpolation: 'bilinear',
      fill: [0, 0, 0],
    })
    expect(preparation({ resize: { kind: 'shorter', side: 256 }, interpolation: 'bicubic' })).toMatchObject({
      resize: { kind: 'shorter', side: 256, height: null, width: null },
      interpolation: 'bicubic',
    })
  })
})
