/** Trainings and evaluations by other losses than cross-entropy: numbers, several labels, the hinge; class weights. */

import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { type Dataset, dataset } from '../data/dataset.ts'
import { DatasetError } from '../data/errors.ts'
import { holdOut } from '../data/holdOut.ts'
import { Model } from '../model/model.ts'
import { backendNames } from '../model/options.ts'
import { parse } from '../notation/parse.ts'
import { evaluate } from './evaluate.ts'
import { train } from './loop.ts'
import type { TrainOptions } from './options.ts'
import type { TrainResult } from './progress.ts'

const side = 8
const normalization = { mean: [0.2], std: [0.4] }

/** Black images with a bright spot; of each, where it is, from −1 to 1. */
function spots(count: number, seed: number) {
  const random = Random.seeded(seed)
  const images = new Uint8Array(count * side * side)
  const places = Array.from({ length: count }, (_, n) => {
    const [row, column] = [random.integer(side - 1), random.integer(side - 1)]
    for (const at of [0, 1, side, side + 1]) images[n * side * side + row * side + column + at] = 255
    return [(2 * column) / (side - 2) - 1, (2 * row) / (side - 2) - 1] as const
  })
  return { height: side, width: side, channels: 1, images, places }
}

function data(classes: readonly string[], give: (place: readonly [number, number]) => object, flat = true): Dataset {
  const made = (count: number, seed: number) => {
    const { places, ...rest } = spots(count, seed)
    const rows = places.map((place) => give(place)) as unknown as readonly (readonly number[])[]
    return { ...rest, ...(flat ? { targets: rows.flat() } : { labels: rows.flat() }) }
  }
  return dataset({ name: 'spots', classes, train: made(256, 1), test: made(64, 2), normalization })
}

const coordinates = data(['x', 'y'], (place) => place)
const halves = data(['left', 'top'], ([x, y]) => [x < 0 ? 1 : 0, y < 0 ? 1 : 0])
const quarters = data(['00', '01', '10', '11'], ([x, y]) => [(x < 0 ? 0 : 1) + (y < 0 ? 0 : 2)], false)

const body = 'INPUT 8x8x1 -> CONV3-6 -> RELU -> AUX 0.3 (FC-K) -> POOL2 -> FC-24 -> RELU -> FC-K'
const options: TrainOptions = { epochs: 6, batch: 16, optimizer: { kind: 'adam', rate: 0.01 } }

async function learn(text: string, on: Dataset, more: Partial<TrainOptions> = {}, how: object = {}) {
  const model = await Model.create(parse(text.replaceAll('-K', `-${on.classes.length}`)), { seed: 3, ...how })
  let result: TrainResult | undefined
  for await (const progress of train(model, on, { ...options, ...more }))
    if (progress.kind === 'done') result = progress.result
  if (result === undefined) throw new Error('no result')
  return { model, result }
}

describe.each(backendNames)('on %s', (backend) => {
  const epochs = backend === 'reference' ? 1 : 6

  it.each([
    ['squared-error', 0.09],
    ['huber delta=0.5', 0.12],
  ])('numbers are learned by %s', async (loss, most) => {
    const { model, result } = await learn(`${body} -> LOSS ${loss}`, coordinates, { epochs }, { backend })
    const evaluation = await evaluate(model, coordinates.test)
    expect(evaluation).toMatchObject({ accuracy: Number.NaN, count: 64, invalid: 0, perClass: [], pairs: [] })
    expect(result.testLoss).toBeCloseTo(evaluation.loss, 12)
    expect([result.trainAccuracy, result.testAccuracy]).toEqual([Number.NaN, Number.NaN])
    // The mean distance of a guess, the centre, is about 0.57.
    if (backend === 'wasm') expect(evaluation.meanError).toBeLessThan(2 * most)
    expect(evaluation.loss).toBeLessThan(backend === 'wasm' ? most : 1)
    await model.dispose()
  })

  it.each(['', ' -> SIGMOID'])('several labels are learned%s', async (end) => {
    const { model, result } = await learn(
      `${body}${end} -> LOSS sigmoid-cross-entropy`,
      halves,
      { epochs },
      { backend },
    )
    const evaluation = await evaluate(model, halves.test)
    expect(result.testAccuracy).toBe(evaluation.accuracy)
    expect(evaluation.labelAccuracy).toBeGreaterThanOrEqual(evaluation.accuracy)
    expect(evaluation.perClass.map(({ label }) => label)).toEqual(['left', 'top'])
    if (backend === 'wasm') expect(evaluation.accuracy).toBeGreaterThan(0.9)
    await model.dispose()
  })

  it('the hinge loss tells classes apart', async () => {
    const { model, result } = await learn(`${body} -> LOSS hinge`, quarters, { epochs }, { backend })
    if (backend === 'wasm') expect(result.testAccuracy).toBeGreaterThan(0.9)
    expect(result.testLoss).toBeLessThan(0.75)
    await model.dispose()
  })
})

it('the same seed gives the same bits on one thread and on three', async () => {
  const text = `${body} -> LOSS sigmoid-cross-entropy`
  const weights = async (threads: number) => {
    const { model } = await learn(text, halves, { epochs: 1, classWeights: [1, 3] }, { threads })
    const copy = model.weights.tensors()
    await model.dispose()
    return copy
  }
  expect(await weights(1)).toEqual(await weights(3))
})

describe('an evaluation', () => {
  /** A network that gives its two pixels, as PyTorch would get them: 0 or 1. */
  async function identity(end: string) {
    const model = await Model.create(parse(`INPUT 1x2x1 -> FC-2 nobias${end}`))
    model.weights.set('fc1.filters', [1, 0, 0, 1])
    model.info = { ...model.info, normalization: { mean: [0], std: [1] } }
    return model
  }
  const split = (targets: readonly number[]) =>
    dataset({
      classes: ['a', 'b'],
      train: { height: 1, width: 2, channels: 1, images: Uint8Array.from([255, 0, 0, 255]), targets },
    }).train

  it('of numbers has the loss and the mean error', async () => {
    const model = await identity(' -> LOSS squared-error')
    // Given [1, 0] and [0, 1]; errors 0.5, 1, 0, 2.
    const { loss, meanError } = await evaluate(model, split([0.5, 1, 0, 3]))
    expect([loss, meanError]).toEqual([(0.25 + 1 + 4) / 4, 3.5 / 4])
    const huber = await identity(' -> LOSS huber')
    expect((await evaluate(huber, split([0.5, 1, 0, 3]))).loss).toBe((0.125 + 0.5 + 1.5) / 4)
  })

  it('of labels has the share of exact images and of right labels', async () => {
    const model = await identity(' -> LOSS sigmoid-cross-entropy')
    // Scores 1, 0 and 0, 1: above 0 applies.
    const evaluation = await evaluate(model, split([1, 0, 1, 1]))
    expect(evaluation).toMatchObject({ accuracy: 0.5, labelAccuracy: 0.75, count: 2 })
    expect(evaluation.perClass).toEqual([
      { label: 'a', count: 2, accuracy: 0.5 },
      { label: 'b', count: 1, accuracy: 1 },
    ])
    expect(evaluation.loss).toBeCloseTo((2 * Math.log(1 + Math.exp(-1)) + 2 * Math.log(2)) / 4, 12)
  })

  it('matches targets by name', async () => {
    const model = await identity(' -> LOSS squared-error')
    model.info = { ...model.info, classes: ['b', 'a'] }
    expect((await evaluate(model, split([0, 1, 1, 0]))).loss).toBe(0)
  })
})

it('class weights move the training, not the evaluation', async () => {
  const even = await learn(`${body} -> LOSS cross-entropy`, quarters, { epochs: 1 })
  const weighted = await learn(`${body} -> LOSS cross-entropy`, quarters, { epochs: 1, classWeights: [1, 1, 1, 50] })
  const recall = ({ model }: typeof even) =>
    evaluate(model, quarters.test).then(({ perClass }) => perClass[3]?.accuracy)
  expect(await recall(weighted)).toBeGreaterThanOrEqual((await recall(even)) ?? 1)
  expect(weighted.model.weights.get('fc3.filters').slice()).not.toEqual(even.model.weights.get('fc3.filters').slice())
  await even.model.dispose()
  await weighted.model.dispose()
})

it.each([
  [`${body} -> LOSS huber`, quarters, {}, /does not fit the network's loss, huber/],
  [body, coordinates, {}, /does not fit the network's loss, cross-entropy/],
  [`${body} -> LOSS sigmoid-cross-entropy`, coordinates, {}, /a target of a label is invalid/],
  [body.replaceAll('FC-K', 'FC-3'), coordinates, {}, /.*/],
  [`${body} -> LOSS hinge`, quarters, { labelSmoothing: 0.1 }, /only cross-entropy/],
  [`${body} -> LOSS huber`, coordinates, { classWeights: [1, 2] }, /no classWeights/],
  [body, quarters, { classWeights: [1, 2] }, /classWeights does not fit/],
] as const)('%s is refused with data or options that do not fit', async (text, on, more, message) => {
  await expect(learn(text, on, more)).rejects.toThrow(message)
})

it.each([
  [{ targets: [1, 2, 3] }, /targets are invalid/],
  [{ targets: [1, Number.NaN] }, /targets are invalid/],
  [{ targets: [1, 2], labels: [1] }, /either a label or targets/],
  [{}, /either a label or targets/],
])('a data set with %j is refused', (given, message) => {
  const split = { height: 1, width: 1, channels: 1, images: new Uint8Array(1), ...given }
  expect(() => dataset({ classes: ['x', 'y'], train: split })).toThrow(DatasetError)
  expect(() => dataset({ classes: ['x', 'y'], train: split })).toThrow(message)
})

it('targets go with their images when some are held out', () => {
  const { train: rest, validation } = holdOut(coordinates, { fraction: 0.25 })
  expect([rest.targets?.length, validation?.targets?.length]).toEqual([384, 128])
  const key = (image: Uint8Array, place: Float32Array) => `${image.indexOf(255)}: ${place.join()}`
  const keys = ({ count, images, targets = new Float32Array() }: typeof rest) =>
    Array.from({ length: count }, (_, n) =>
      key(images.subarray(n * 64, (n + 1) * 64), targets.subarray(2 * n, 2 * n + 2)),
    )
  expect([...keys(rest), ...keys(validation ?? rest)].toSorted()).toEqual(keys(coordinates.train).toSorted())
})

describe('an autoencoder', () => {
  const text =
    'INPUT 8x8x1 -> CONV4-4 s2 p1 -> RELU -> FC-12 -> FC-64 -> RELU -> RESHAPE 4x4x4 -> TCONV4-1 s2 p1 -> LOSS squared-error'

  it('learns to give back what it sees, whatever the labels are', async () => {
    const { model, result } = await learn(text, quarters, { epochs: 30 })
    const { loss, meanError, perNumber, accuracy } = await evaluate(model, quarters.test)
    expect([perNumber, accuracy]).toEqual([undefined, Number.NaN])
    expect(result.testLoss).toBeCloseTo(loss, 12)
    // Black images: 4 of 64 pixels are 2.5 deviations brighter, so always answering the mean costs 0.37.
    expect(loss).toBeLessThan(0.25)
    expect(meanError).toBeLessThan(0.5)
    // Classes are no names for its values.
    expect(model.info.classes).toBeUndefined()
    const { images } = spots(64, 2)
    const inputs = Float32Array.from(images, (byte) => (byte / 255 - 0.2) / 0.4)
    const outputs = await model.predict(inputs)
    const sum = outputs.reduce((total, value, i) => total + (value - (inputs[i] as number)) ** 2, 0)
    expect(sum / outputs.length).toBeCloseTo(loss, 5)
    await model.dispose()
  })

  it('takes the same steps on the kernels as in float64', async () => {
    const losses: number[] = []
    for (const backend of backendNames) {
      const { model, result } = await learn(text, quarters, { epochs: 1, augment: { flip: true } }, { backend })
      losses.push(result.trainLoss)
      await model.dispose()
    }
    // Sums of 64 terms in float32 over 16 steps of Adam.
    expect(Math.abs((losses[0] as number) - (losses[1] as number))).toBeLessThan(16 * 64 * 2 ** -23 * 4)
  })

  it('is one only where the output is like the input, and the data has no numbers of its own', async () => {
    const smaller = parse('INPUT 8x8x1 -> FC-63 -> LOSS squared-error')
    await expect(async () => {
      const model = await Model.create(smaller)
      for await (const _ of train(model, quarters, options));
    }).rejects.toThrow(/does not fit the network's loss/)
    await expect(learn(text, coordinates)).rejects.toThrow(/64 scores for the 2 classes x, y/)
  })
})
