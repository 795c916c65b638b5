// What training and evaluation refuse before they look at a picture.
import { afterEach, describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { dataset } from '../data/dataset.ts'
import { LabelRangeError } from '../data/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { DataMismatchError, evaluate, train } from './index.ts'
import { checkData, checkSplit } from './match.ts'

const models: Model[] = []
const create = async (text: string) => {
  const model = await Model.create(parse(text), { threads: 1 })
  models.push(model)
  return model
}
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

const count = 6
const split = {
  height: 2,
  width: 2,
  channels: 3,
  images: Uint8Array.from({ length: count * 12 }, (_, i) => i * 3),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
}
const data = (classes = ['a', 'b', 'c']) => dataset({ name: 'set', classes, train: split, test: split })

describe('a closing SOFTMAX', () => {
  // With four classes and one channel, each of the map's values would have a class.
  it.each([
    ['CONV1-2', '2×2×2: 4 distributions', 8],
    ['CONV1-1', '2×2×1: 4 distributions', 4],
    ['POOL2x1 -> CONV1-3', '1×2×3: 2 distributions', 6],
  ])('on the map of %s is refused, by evaluation and by training', async (layers, received, classes) => {
    const text = `INPUT 2x2x3 -> ${layers} -> SOFTMAX`
    const model = await create(text)
    const set = data(Array.from({ length: classes }, (_, i) => `${i}`))
    const { normalization } = set
    for (const call of [
      () => evaluate(model, set.test, { normalization }),
      async () => train(model, set, { epochs: 1, batch: 2 }),
    ]) {
      await expect(call()).rejects.toThrow(DataMismatchError)
      await expect(call()).rejects.toThrow(received)
      await expect(call()).rejects.toThrow(/GAP or FC before SOFTMAX/)
    }
  })

  it.each(['CONV1-3 -> GAP', 'FC-3', 'CONV2-3 p0', 'CONV1-1 -> FC-3'])('after %s is not', async (layers) => {
    const model = await create(`INPUT 2x2x3 -> ${layers} -> SOFTMAX`)
    const set = data()
    expect(checkData(model, set, 2)).toEqual(set.normalization)
    expect((await evaluate(model, set.test, set)).count).toBe(count)
  })

  it('is what is refused, not a map of scores, whose loss is one softmax over all of them', async () => {
    const model = await create('INPUT 2x2x3 -> CONV1-2')
    expect(() => checkSplit(model, data().test, 'here')).not.toThrow()
  })
})

describe('pictures and classes', () => {
  it('of another size are refused, and so is another number of classes', async () => {
    const larger = await create('INPUT 3x2x3 -> FC-3')
    expect(() => checkSplit(larger, data().test, 'the test')).toThrow(DataMismatchError)
    expect(() => checkSplit(larger, data().test, 'the test')).toThrow(/the test[\s\S]*2×2×3[\s\S]*3×2×3/)
    const model = await create('INPUT 2x2x3 -> FC-4')
    expect(() => checkData(model, data(), 2)).toThrow(/4 scores, for the 3 classes of set[\s\S]*FC-3/)
  })

  it('labels beyond the scores are refused, and a batch beyond the pictures', async () => {
    const model = await create('INPUT 2x2x3 -> FC-2')
    expect(() => checkSplit(model, data().test, 'here')).toThrow(LabelRangeError)
    const good = await create('INPUT 2x2x3 -> FC-3')
    expect(() => checkData(good, data(), 7)).toThrow(ArgumentError)
    expect(() => checkData(good, data(), 6)).not.toThrow()
  })

  it('are normalized as the model’s own training had it, or else as the data say', async () => {
    const model = await create('INPUT 2x2x3 -> FC-3')
    const set = data()
    expect(checkData(model, set, 2)).toBe(set.normalization)
    const normalization = { mean: [0, 0, 0], std: [1, 1, 1] }
    model.info = { normalization }
    expect(checkData(model, set, 2)).toBe(normalization)
  })
})
