/** Small trainings of every kind: as Lenslet trains them, and as folders that python/check_training.py trains and compares. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Random } from '../../src/core/random.ts'
import { type Dataset, dataset } from '../../src/data/dataset.ts'
import { dataParts } from '../../src/exchange/torch/data.ts'
import { recipeOf } from '../../src/exchange/torch/recipeOf.ts'
import { encodeModel } from '../../src/model/file.ts'
import { Model } from '../../src/model/model.ts'
import { writeSafetensors } from '../../src/model/safetensors.ts'
import { networkToJson } from '../../src/network/json.ts'
import { parse } from '../../src/notation/parse.ts'
import { train } from '../../src/train/loop.ts'
import type { MetricsRecord } from '../../src/train/metrics.ts'
import { resolveSettings, type TrainOptions } from '../../src/train/options.ts'

export interface Training {
  readonly name: string
  readonly text: string
  readonly data: Dataset
  readonly options: TrainOptions
  /** Lenslet stops after this many; default: at the end. */
  readonly steps?: number
}

const classes = ['red', 'green', 'blue', 'gray']

/** Noisy images with a brighter channel for each class, and so a hue; in one channel, a brighter quarter. */
export function colors(
  count: number,
  channels: 1 | 3,
  targets: 'class' | 'labels' | 'numbers' = 'class',
  [height, width] = [9, 8],
): Dataset {
  const split = (from: Random, size: number) => {
    const labels = Uint8Array.from({ length: size }, (_, i) => i % 4)
    const images = Uint8Array.from({ length: size * height * width * channels }, (_, at) => {
      const [image, place] = [Math.floor(at / (height * width * channels)), Math.floor(at / channels)]
      const [y, x] = [Math.floor(place / width) % height, place % width]
      const part = channels === 3 ? at % 3 : (y < 4 ? 0 : 2) + (x < 4 ? 0 : 1)
      return (part === labels[image] ? 120 : 60) + from.integer(90)
    })
    const common = { height, width, channels, images }
    if (targets === 'class') return { ...common, labels }
    const value = (score: number, i: number) =>
      targets === 'labels' ? Number(score === labels[i] || score === 3) : (score + (labels[i] as number)) / 4 - 0.5
    return {
      ...common,
      targets: Array.from(labels, (_, i) => classes.map((_, score) => value(score, i))).flat(),
    }
  }
  return dataset({
    name: 'colors',
    classes,
    train: split(Random.seeded(1, 'train'), count),
    test: split(Random.seeded(1, 'test'), 20),
  })
}

const plain = 'INPUT 9x8x3 -> CONV3-6 -> TANH -> POOL2 -> FC-4'
const normed = 'INPUT 9x8x3 -> CONV3-6 nobias -> BN -> SILU -> DROPOUT 0.2 -> POOL2 -> FC-4'

/** Every optimizer, schedule and augmentation once. */
export function trainings(): readonly Training[] {
  const data = colors(50, 3)
  const of = (name: string, options: Partial<TrainOptions>, text = normed, from = data): Training => ({
    name,
    text,
    data: from,
    options: { epochs: 2, batch: 8, seed: 5, schedule: 'constant', ...options },
  })
  return [
    of('sgd', {
      optimizer: { kind: 'sgd', rate: 0.05, weightDecay: 0.01 },
      schedule: { kind: 'constant', warmup: 0.5 },
      augment: { flip: true, crop: 2, border: 'reflect' },
    }),
    of('momentum', {
      optimizer: { kind: 'momentum', rate: 0.02 },
      schedule: 'one-cycle',
      augment: { flip: true, crop: 2, cutout: 3 },
      labelSmoothing: 0.1,
      clipNorm: 0.5,
    }),
    of('nesterov', {
      optimizer: { kind: 'nesterov', rate: 0.02, weightDecay: 0.01 },
      schedule: { kind: 'cosine', warmup: 0.5 },
      augment: { flip: 'alternating', erase: 0.8 },
      groups: [
        { weights: 'head', factor: 2, from: 0.5 },
        { weights: 'norms', optimizer: { kind: 'sgd', rate: 0.01 }, until: 1.5, schedule: 'cosine' },
      ],
      ema: { decay: 0.8 },
    }),
    of('adagrad', {
      optimizer: { kind: 'adagrad', rate: 0.01 },
      schedule: { kind: 'step', every: 0.7 },
      augment: { color: 0.4, hue: 0.2 },
      accumulate: 2,
    }),
    of(
      'rmsprop',
      {
        optimizer: { kind: 'rmsprop', rate: 0.002, momentum: 0.5 },
        schedule: 'linear',
        augment: { rotate: 30, scale: 0.3, shear: 10, crop: 2, flip: true },
      },
      plain,
    ),
    of(
      'adam',
      {
        optimizer: { kind: 'adam', rate: 0.003 },
        schedule: 'triangular',
        augment: { mixup: 0.4, cutmix: 1.5, resizedCrop: 0.3, border: 'reflect', cutout: 2 },
        lookahead: { every: 3, power: 2 },
        ema: { decay: 0.7 },
      },
      plain,
    ),
    of(
      'adamw',
      {
        optimizer: { kind: 'adamw', rate: 0.003, weightDecay: 0.1 },
        decay: 'all',
        classWeights: [1, 2, 0.5, 3],
        frozen: ['conv1'],
      },
      plain,
    ),
    of(
      'adadelta',
      { optimizer: { kind: 'adadelta', rate: 0.5 }, augment: { mixup: 1, rotate: 20 } },
      'INPUT 9x8x1 -> CONV3-6 -> TANH -> POOL2 -> FC-4 -> LOSS sigmoid-cross-entropy',
      colors(50, 1, 'labels'),
    ),
    of(
      'muon',
      { optimizer: { kind: 'muon', filterNorm: 0.5, weightDecay: 0.01 }, augment: { flip: true } },
      'INPUT 9x8x3 -> CONV3-6 -> TANH -> AUX 0.3 (GAP -> FC-4) -> CONV3-4 -> TANH -> POOL2 -> FC-12 -> TANH -> FC-4 -> SOFTMAX',
    ),
    of(
      'huber',
      { optimizer: { kind: 'muon', rate: 0.01, weightDecay: 0.01 } },
      'INPUT 9x8x3 -> CONV3-40 -> TANH -> POOL2 -> FC-4 -> LOSS huber delta=0.3',
      colors(50, 3, 'numbers'),
    ),
    of(
      'one row',
      { optimizer: { kind: 'sgd', rate: 0.05 }, augment: { rotate: 40, scale: 0.5, border: 'reflect', hue: 0.5 } },
      'INPUT 1x8x3 -> CONV3-6 -> TANH -> FC-4',
      colors(50, 3, 'class', [1, 8]),
    ),
    of(
      'one column',
      { optimizer: { kind: 'sgd', rate: 0.05 }, augment: { rotate: 40, resizedCrop: 0.5, color: 1 } },
      'INPUT 8x1x3 -> CONV3-6 -> TANH -> FC-4',
      colors(50, 3, 'class', [8, 1]),
    ),
    of('hinge', { optimizer: 'sgd', keep: 'best' }, `${plain} -> LOSS hinge power=2`),
  ]
}

/** Trains by Lenslet, and writes what PyTorch is to train and what came out here. Gives the mean loss of each step. */
export async function writeTraining(
  folder: string,
  { name, text, data, options, steps }: Training,
): Promise<readonly number[]> {
  await mkdir(folder, { recursive: true })
  const write = (file: string, content: string | Uint8Array) => writeFile(join(folder, file), content)
  await using model = await Model.create(parse(text), { seed: 3 })
  model.info = { classes: data.classes, normalization: data.normalization }
  const settings = resolveSettings(model, data, options)
  const { train: training, test, classes: names } = data
  const counts = { train: training.count, validation: 0, test: test.count }
  const stored = {
    kind: 'arrays',
    file: 'data.safetensors',
    source: data.name,
    identity: { training: '', tests: '' },
  } as const
  await write(
    'recipe.json',
    JSON.stringify(recipeOf({ model, settings, name, classes: names, data: stored, counts, start: [] })),
  )
  await write('network.json', networkToJson(model.network))
  await writeFile(join(folder, 'data.safetensors'), dataParts(data))
  await write(
    'weights.safetensors',
    encodeModel({ network: model.network, info: model.info, tensors: await model.snapshot() }),
  )
  let records: readonly MetricsRecord[] = []
  for await (const progress of train(model, data, options)) {
    records = progress.records
    if (progress.step === steps) break
  }
  await write('expected.json', JSON.stringify(records))
  await write('expected.safetensors', writeSafetensors(await model.snapshot(), {}))
  return records.flatMap((record) => (record.kind === 'step' ? [record.loss] : []))
}
