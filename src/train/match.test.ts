// What training and evaluation refuse before they look at a picture.
import { afterEach, describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { dataset, type Split } from '../data/dataset.ts'
import { LabelRangeError } from '../data/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { DataMismatchError, evaluate, train } from './index.ts'
import { checkData, matchDataset, matchSplit } from './match.ts'

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
/** Made by hand: its labels are indices of scores. */
const unnamed: Split = { count, ...split }
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
    expect((await evaluate(model, set.test, { normalization: set.normalization })).count).toBe(count)
  })

  it('is what is refused, not a map of scores, whose loss is one softmax over all of them', async () => {
    const model = await create('INPUT 2x2x3 -> CONV1-2')
    expect(() => matchSplit(model, unnamed, 'here')).not.toThrow()
  })
})

describe('images and classes', () => {
  it('of another size are refused, and so is another number of classes', async () => {
    const larger = await create('INPUT 3x2x3 -> FC-3')
    expect(() => matchSplit(larger, data().test, 'the test')).toThrow(DataMismatchError)
    expect(() => matchSplit(larger, data().test, 'the test')).toThrow(/the test[\s\S]*2×2×3[\s\S]*3×2×3/)
    const model = await create('INPUT 2x2x3 -> FC-4')
    expect(() => checkData(model, data(), 2)).toThrow(
      /4 scores for the 3 classes a, b, c[\s\S]*1×1×4, for set, training split[\s\S]*FC-3/,
    )
  })

  it('labels beyond the scores are refused, and a batch beyond the images', async () => {
    const model = await create('INPUT 2x2x3 -> FC-2')
    expect(() => matchSplit(model, unnamed, 'here')).toThrow(LabelRangeError)
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

describe('classes', () => {
  const named = async (classes: readonly string[], text = `FC-${classes.length}`) => {
    const model = await create(`INPUT 2x2x3 -> ${text}`)
    model.info = { classes }
    return model
  }

  it('get the score of their name, in any order, and may be some of those that the model knows', async () => {
    const model = await named(['c', 'x', 'b', 'a'])
    const matched = matchDataset(model, data(['a', 'b', 'c']))
    expect(matched.classes).toEqual(['c', 'x', 'b', 'a'])
    expect([...matched.train.labels]).toEqual([3, 2, 0, 3, 2, 0])
    expect(matched.test).toMatchObject({ count, classes: ['c', 'x', 'b', 'a'] })
    expect(matched.test.images).toBe(split.images)
    // What is matched already stays.
    expect(matchDataset(model, matched).train.labels).toBe(matched.train.labels)
  })

  it('are matched in a validation split, too', async () => {
    const set = dataset({ classes: ['a', 'b', 'c'], train: split, validation: split })
    const { validation, test } = matchDataset(await named(['c', 'b', 'a']), set)
    expect([...(validation?.labels ?? [])]).toEqual([2, 1, 0, 2, 1, 0])
    expect(test.count).toBe(0)
  })

  it('are the same name in NFC and in NFD', async () => {
    const model = await named(['dog', 'cafe\u0301', 'cat'])
    expect([...matchSplit(model, unnamed, 'here', ['cat', 'caf\u00e9', 'dog']).labels]).toEqual([2, 1, 0, 2, 1, 0])
  })

  it.each([
    [
      ['a', 'b', 'Bird'],
      ['a', 'b', 'bird'],
      /does not know the class Bird\n[\s\S]*expected: classes of the model: a, b, bird\n.*did you mean bird by Bird/,
    ],
    [['a', 'b', 'catt'], ['a', 'b', 'cat'], /the class catt\n[\s\S]*did you mean cat by catt/],
    [
      ['a', 'owl', 'fox'],
      ['a', 'bird', 'cat'],
      /the classes owl, fox\n[\s\S]*leave these images out, or train a network/,
    ],
    [['a', 'b', '\u001b[31m'], ['a', 'b', 'c'], /the class \\u001b\[31m\n/],
    [
      ['a', 'b', 'c'],
      ['a', 'b'],
      /2 scores for the 3 classes a, b, c\n[\s\S]*the model has a, b, and no score for c\n[\s\S]*end the network with FC-3/,
    ],
  ])('%j are refused by a model of %j', async (classes, known, says) => {
    const model = await named(known)
    for (const call of [
      () => evaluate(model, data(classes).test, { normalization: data().normalization }),
      async () => train(model, data(classes), { epochs: 1, batch: 2 }),
    ]) {
      await expect(call()).rejects.toThrow(DataMismatchError)
      await expect(call()).rejects.toThrow(says)
    }
  })

  it.each([
    ['FC-2', /^2 scores for the 3 classes a, b, c\n[\s\S]*end the network with FC-3$/],
    ['FC-2 -> SOFTMAX', /end the network with FC-3 -> SOFTMAX$/],
    [
      'FC-4',
      /^4 scores for the 3 classes a, b, c\n[\s\S]*FC-3; of a trained model, name the classes in info\.classes$/,
    ],
  ])('without names in the model must be as many as the scores of %s', async (layers, says) => {
    const model = await create(`INPUT 2x2x3 -> ${layers}`)
    await expect(evaluate(model, data().test, { normalization: data().normalization })).rejects.toThrow(says)
    expect(() => train(model, data(), { epochs: 1, batch: 2 })).toThrow(says)
  })

  it('are at most ten in an error', async () => {
    const model = await named(['a', 'b'])
    const many = Array.from({ length: 40 }, (_, index) => `class ${index}`)
    expect(() => matchDataset(model, data(many))).toThrow(
      /^2 scores for the 40 classes class 0, .*class 9 and 30 more\n/,
    )
  })

  it('of a model that names more or fewer than it has scores are refused', async () => {
    const model = await named(['a', 'b', 'c'], 'FC-4')
    expect(() => matchDataset(model, data())).toThrow(/3 names for 4 scores: a, b, c/)
  })
})

describe('training further on classes in another order', () => {
  /** One pixel per class, bright where the label is. */
  const pixels = (labels: readonly number[], bright: (label: number) => number) => ({
    height: 1,
    width: 3,
    channels: 1,
    images: Uint8Array.from(labels.flatMap((label) => [0, 1, 2].map((at) => (at === bright(label) ? 255 : 0)))),
    labels,
  })

  it('teaches each score the class of its name, and keeps the names', async () => {
    const model = await Model.create(parse('INPUT 1x3x1 -> FC-3'), { threads: 1, initial: 'zeros' })
    models.push(model)
    const normalization = { mean: [0], std: [1] }
    const bright = pixels([0, 1, 2], (label) => label)
    const first = dataset({ classes: ['a', 'b', 'c'], train: bright, test: bright, normalization })
    for await (const _ of train(model, first, { epochs: 20, batch: 3, optimizer: { kind: 'sgd', rate: 1 } }));
    // c and a only, in this order: label 0 is bright at 2, label 1 at 0.
    const source = pixels([0, 1], (label) => 2 - 2 * label)
    const other = dataset({ classes: ['c', 'a'], train: source, test: source, normalization })
    const before = await evaluate(model, other.test)
    expect(before).toMatchObject({ accuracy: 1, perClass: [{ count: 1 }, { count: 0, accuracy: null }, { count: 1 }] })
    for await (const _ of train(model, other, { epochs: 20, batch: 2, optimizer: { kind: 'sgd', rate: 1 } }));
    expect(model.info.classes).toEqual(['a', 'b', 'c'])
    const after = await evaluate(model, other.test)
    expect(after.confusion).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ])
    expect(after.loss).toBeLessThan(before.loss)
  })
})
