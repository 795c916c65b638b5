// Evaluation with views, and ensembles: against single predictions that are averaged here, by the definition.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { Batches } from '../data/batches.ts'
import { type Dataset, dataset, type Split } from '../data/dataset.ts'
import { viewWriter } from '../data/viewPixels.ts'
import { type View, viewSet } from '../data/views.ts'
import { Ensemble } from '../insight/ensemble.ts'
import { Model } from '../model/model.ts'
import { toProbabilities } from '../model/probabilities.ts'
import { parse } from '../notation/parse.ts'
import { evaluate } from './evaluate.ts'
import { train } from './loop.ts'
import type { TrainResult } from './progress.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'

const normalization = { mean: [0.4], std: [0.3] }
const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const models: Model[] = []
const create = async (text: string, seed = 1, info = {}) => {
  const model = await Model.create(parse(text), { threads: 1, seed, info: { normalization, ...info } })
  models.push(model)
  return model
}
afterAll(() => Promise.all(models.map((model) => model.dispose())))

const count = 21
/** Noise of a size, the labels in turn. */
function noise(side: number, names = classes): Dataset {
  const random = Random.seeded(5, side)
  const images = Uint8Array.from({ length: count * side * side }, () => random.integer(256))
  const labels = Uint8Array.from({ length: count }, (_, i) => names.indexOf(classes[i % 7] as string))
  const split = { height: side, width: side, channels: 1, images, labels }
  return dataset({ classes: names, train: split, test: split, normalization })
}

/** What a model gives for one view of every image: [n][classes] */
async function rowsOf(model: Model, split: Split, view: View) {
  const { height, width } = model.input
  const size = height * width
  const images = new Uint8Array(count * size)
  const write = await viewWriter([view], model.input)
  for (let i = 0; i < count; i++) write(split, i, view, images, i * size)
  const batches = new Batches({ ...split, height, width, images }, { batch: count, normalization, shuffle: false })
  const floats = new Float32Array(count * size)
  batches.fill(0, 0, floats, new Int32Array(count))
  const all = await model.predict(floats)
  return Array.from({ length: count }, (_, i) => all.subarray(7 * i, 7 * i + 7))
}

const crossEntropy = (rows: readonly ArrayLike<number>[], labels: ArrayLike<number>) =>
  rows.reduce((sum, row, i) => sum - Math.log(row[labels[i] as number] as number), 0) / rows.length

const softmax = (row: readonly number[]) => {
  const powers = row.map(Math.exp)
  return powers.map((power) => power / powers.reduce((a, b) => a + b, 0))
}

describe.each(['', ' -> SOFTMAX'])('views of a network that ends with FC%s', (end) => {
  const side = 6
  let model: Model
  beforeAll(async () => {
    model = await create(`INPUT ${side}x${side}x1 -> CONV3-4 -> RELU -> FC-7${end}`)
  })

  it.each([
    ['mirror', side, undefined],
    ['mirror,shifts2', side, 'scores'],
    ['airbench', side, undefined],
    ['airbench', side, 'probabilities'],
    ['crops10', 8, undefined],
    ['torch7', 8, 'scores'],
  ] as const)('%s of images of %i pixels, averaging %s', async (views, from, average) => {
    const { test } = noise(from)
    const set = viewSet(views, test, model.input, average)
    const means = Array.from({ length: count }, () => new Array<number>(7).fill(0))
    for (const view of set.views) {
      for (const [i, row] of (await rowsOf(model, test, view)).entries()) {
        const probabilities = toProbabilities(model.network, row)
        const values = set.average === 'probabilities' ? probabilities : probabilities.map(Math.log)
        values.forEach((value, k) => {
          ;(means[i] as number[])[k] = ((means[i] as number[])[k] as number) + view.weight * value
        })
      }
    }
    const expected = set.average === 'probabilities' ? means : means.map(softmax)
    const found = await evaluate(model, test, { views, average })
    // Scores and probabilities are rounded to float32, 2⁻²⁴ of numbers below 8.
    expect(found.loss).toBeCloseTo(crossEntropy(expected, test.labels), 5)
    const right = expected.filter((row, i) => row.indexOf(Math.max(...row)) === test.labels[i])
    expect(found.accuracy).toBe(right.length / count)
    const rank = (row: readonly number[], label: number) => row.filter((p) => p > (row[label] as number)).length
    const amongFive = expected.filter((row, i) => rank(row, test.labels[i] as number) < 5)
    expect(found.topFiveAccuracy).toBe(amongFive.length / count)
  })

  it('refuses what cannot be viewed, and an average of nothing', async () => {
    await expect(evaluate(model, noise(8).test, { views: 'mirror' })).rejects.toThrow(/do not fit the network/)
    await expect(evaluate(model, noise(8).test, { views: 'flop' })).rejects.toThrow(/views are invalid/)
    await expect(evaluate(model, noise(side).test, { average: 'scores' })).rejects.toThrow(/nothing to average/)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(evaluate(model, noise(side).test, { views: 'mirror', signal })).rejects.toThrow('enough')
  })

  it('reads images that are in a store', async () => {
    const { test } = noise(side)
    const bytesEach = side * side
    const store = {
      count,
      bytesEach,
      sums: new Uint32Array(2 * count),
      async read(indexes: ArrayLike<number>, out: Uint8Array) {
        for (let i = 0; i < indexes.length; i++) {
          const from = (indexes[i] as number) * bytesEach
          out.set(test.images.subarray(from, from + bytesEach), i * bytesEach)
        }
      },
    }
    const stored = { ...test, images: new Uint8Array(), store }
    expect(await evaluate(model, stored, { views: 'shifts1' })).toEqual(
      await evaluate(model, test, { views: 'shifts1' }),
    )
  })

  it('says how far it is', async () => {
    const told: (readonly number[])[] = []
    await evaluate(model, noise(side).test, { views: 'mirror', progress: (done, all) => told.push([done, all]) })
    expect(told).toEqual([
      [21, 42],
      [42, 42],
    ])
  })
})

describe('calibration', () => {
  it('is the mean distance of confidence and accuracy over bins', async () => {
    const model = await create('INPUT 1x1x1 -> FC-2 -> SOFTMAX')
    model.weights.set('fc1.filters', [0, 0])
    // Sure to 3/4 of the first class, and right in half of the images.
    model.weights.set('fc1.bias', [Math.log(3), 0])
    const split = { height: 1, width: 1, channels: 1, images: new Uint8Array(8), labels: [0, 1, 0, 1, 0, 1, 0, 1] }
    const { test } = dataset({ classes: ['a', 'b'], train: split, test: split, normalization })
    const { calibration, topFiveAccuracy } = await evaluate(model, test)
    expect(topFiveAccuracy).toBeUndefined()
    expect(calibration?.error).toBeCloseTo(0.25, 6)
    expect(calibration?.confidence).toBeCloseTo(0.75, 6)
    const filled = calibration?.bins.filter(({ count: images }) => images > 0)
    expect(filled).toEqual([
      { from: 11 / 15, to: 12 / 15, count: 8, confidence: expect.closeTo(0.75, 6), accuracy: 0.5 },
    ])
  })
})

describe('an ensemble', () => {
  const reversed = classes.toReversed()

  it('averages probabilities by the names of classes, of networks with inputs of different sizes', async () => {
    const members = [
      { model: await create('INPUT 6x6x1 -> FC-7', 2, { classes }), data: noise(6) },
      {
        model: await create('INPUT 8x8x1 -> CONV3-2 -> FC-7 -> SOFTMAX', 3, { classes: reversed }),
        data: noise(8, reversed),
      },
    ]
    const ensemble = new Ensemble()
    const means = Array.from({ length: count }, () => new Array<number>(7).fill(0))
    for (const { model, data } of members) {
      await ensemble.add(model, data.test)
      const whole = { top: 0, left: 0, ...model.input, mirrored: false, weight: 1 }
      for (const [i, row] of (await rowsOf(model, data.test, whole)).entries()) {
        for (const [k, p] of toProbabilities(model.network, row).entries()) {
          const at = classes.indexOf((model.info.classes as string[])[k] as string)
          ;(means[i] as number[])[at] = ((means[i] as number[])[at] as number) + p / 2
        }
      }
    }
    const { labels } = noise(6).test
    const found = ensemble.evaluate()
    expect(ensemble.members).toBe(2)
    expect(found.loss).toBeCloseTo(crossEntropy(means, labels), 6)
    expect(found.accuracy).toBe(means.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length / count)
    expect(found.perClass.map(({ label }) => label)).toEqual(classes)
  })

  it('of one model is the model', async () => {
    const model = await create('INPUT 6x6x1 -> FC-7', 4)
    const ensemble = new Ensemble()
    await ensemble.add(model, noise(6).test)
    const { loss, ...alone } = await evaluate(model, noise(6).test)
    const { loss: same, ...rest } = ensemble.evaluate()
    expect(rest).toMatchObject({ accuracy: alone.accuracy, confusion: alone.confusion, perClass: alone.perClass })
    expect(same).toBeCloseTo(loss, 6)
  })

  it('refuses other classes and other images, and stays as it was', async () => {
    const ensemble = new Ensemble()
    expect(() => ensemble.evaluate()).toThrow(/no members/)
    await ensemble.add(await create('INPUT 6x6x1 -> FC-7', 5, { classes }), noise(6).test)
    const before = ensemble.evaluate()
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'h']
    const other = await create('INPUT 6x6x1 -> FC-7', 6, { classes: others })
    await expect(ensemble.add(other, noise(6).test)).rejects.toThrow(/same classes[\s\S]*received: h/)
    const { test } = noise(6)
    const shifted = { ...test, labels: test.labels.map((label) => (label + 1) % 7) }
    const model = models[0] as Model
    await expect(ensemble.add(model, shifted)).rejects.toThrow(/same images/)
    const fewer = await create('INPUT 6x6x1 -> FC-3')
    await expect(ensemble.add(fewer, noise(6).test)).rejects.toThrow(/3 classes/)
    expect(ensemble.evaluate()).toEqual(before)
  })
})

describe('a training with views', () => {
  it('ends with an evaluation of the kept weights, the bits of which do not depend on it', async () => {
    const data = stripes(40)
    const run = async (views?: string) => {
      const model = await create(stripeNetwork)
      model.info = {}
      let result: TrainResult | undefined
      for await (const progress of train(model, data, { epochs: 2, batch: 10, views })) result = progress.result
      return { model, result: result as TrainResult }
    }
    const [plain, viewed] = [await run(), await run('mirror')]
    expect(plain.result.viewed).toBeUndefined()
    const { loss, accuracy } = await evaluate(viewed.model, data.test, { views: 'mirror' })
    expect(viewed.result.viewed).toEqual({ views: 'mirror', loss, accuracy, split: 'test' })
    expect(viewed.result.testLoss).toBe(plain.result.testLoss)
    expect([...viewed.model.weights.get('fc1.filters')]).toEqual([...plain.model.weights.get('fc1.filters')])
  })

  it('refuses views that do not fit before the first step', async () => {
    const model = await create(stripeNetwork)
    const before = [...model.weights.get('fc1.filters')]
    await expect(train(model, stripes(40), { epochs: 1, views: 'shifts9' }).next()).rejects.toThrow(/at most 7/)
    expect([...model.weights.get('fc1.filters')]).toEqual(before)
  })
})
