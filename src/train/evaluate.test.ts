// Evaluation against sums by hand, in several portions, for scores and for probabilities.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { pairsOf } from '../core/confusion.ts'
import { ArgumentError } from '../core/errors.ts'
import { Batches } from '../data/batches.ts'
import { dataset } from '../data/dataset.ts'
import { classMetrics } from '../insight/classMetrics.ts'
import { commonMistakes } from '../inspect/confusion.ts'
import { confusionSection } from '../inspect/report/classes.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { DataMismatchError, evaluate } from './index.ts'

const models: Model[] = []
const create = async (text: string) => {
  const model = await Model.create(parse(text), { threads: 1, initial: 'zeros' })
  models.push(model)
  return model
}
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

/** A picture of one pixel, byte b; scores b/255·[1, 2, 3] by the filters below. More than one portion of them. */
const count = 700
const images = Uint8Array.from({ length: count }, (_, i) => i % 256)
const labels = Uint8Array.from({ length: count }, (_, i) => (i % 7 === 0 ? 0 : i % 5 === 0 ? 1 : 2))
const split = { height: 1, width: 1, channels: 1, images, labels }
const normalization = { mean: [0], std: [1] }
const { test } = dataset({ classes: ['a', 'b', 'c'], train: split, test: split, normalization })

describe('evaluate', () => {
  it.each(['INPUT 1x1x1 -> FC-3', 'INPUT 1x1x1 -> FC-3 -> SOFTMAX'])('%s', async (text) => {
    const model = await create(text)
    model.weights.set('fc1.filters', [1, 2, 3])
    const evaluation = await evaluate(model, test, { normalization, classes: ['a', 'b', 'c'] })
    let loss = 0
    for (let i = 0; i < count; i++) {
      const scores = [1, 2, 3].map((factor) => (factor * (images[i] as number)) / 255)
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
      loss -= (scores[labels[i] as number] as number) - Math.log(total)
    }
    expect(evaluation.loss).toBeCloseTo(loss / count, 6)
    // The third score is the best, but for black pictures, where the first of equals is.
    const black = [...images.keys()].filter((i) => images[i] === 0)
    const hits = [...labels.keys()].filter((i) => labels[i] === (black.includes(i) ? 0 : 2)).length
    expect(evaluation.accuracy).toBe(hits / count)
    expect(evaluation).toMatchObject({ count, invalid: 0 })
    const counts = [0, 1, 2].map((label) => labels.filter((other) => other === label).length)
    expect(evaluation.perClass.map(({ label, count }) => [label, count])).toEqual([
      ['a', counts[0]],
      ['b', counts[1]],
      ['c', counts[2]],
    ])
    expect(evaluation.confusion?.map((row) => row.reduce((a, b) => a + b))).toEqual(counts)
    expect(evaluation.confusion?.[1]?.[2]).toBe((counts[1] as number) - black.filter((i) => labels[i] === 1).length)
    expect(evaluation.perClass[2]?.accuracy).toBeCloseTo(
      (evaluation.confusion?.[2]?.[2] as number) / (counts[2] as number),
    )
  })

  it('a score of NaN is no prediction: the image is invalid and not recognized', async () => {
    const model = await create('INPUT 1x1x1 -> FC-3')
    // Scores [∞, b/255, 2b/255], but for black pictures [NaN, 0, 0], as 0·∞ is not a number.
    model.weights.set('fc1.filters', [Number.POSITIVE_INFINITY, 1, 2])
    const evaluation = await evaluate(model, test, { normalization })
    const black = images.filter((byte) => byte === 0).length
    const counts = [0, 1, 2].map((label) => labels.filter((other) => other === label).length)
    const seen = [0, 1, 2].map((label) => labels.filter((other, i) => other === label && images[i] !== 0).length)
    expect(black).toBeGreaterThan(0)
    expect(evaluation).toMatchObject({ count, invalid: black, loss: Number.NaN })
    expect(evaluation.confusion).toEqual(seen.map((pictures) => [pictures, 0, 0]))
    expect(evaluation.accuracy).toBe((seen[0] as number) / count)
    expect(evaluation.perClass).toEqual([
      { label: 'a', count: counts[0], accuracy: (seen[0] as number) / (counts[0] as number) },
      { label: 'b', count: counts[1], accuracy: 0 },
      { label: 'c', count: counts[2], accuracy: 0 },
    ])
  })

  it.each(['FC-3', 'FC-3 -> SOFTMAX'])('%s recognizes nothing where all scores are NaN', async (layers) => {
    const model = await create(`INPUT 1x1x1 -> ${layers}`)
    model.weights.set('fc1.bias', [Number.NaN, Number.NaN, Number.NaN])
    const evaluation = await evaluate(model, test, { normalization })
    expect(evaluation).toMatchObject({ accuracy: 0, loss: Number.NaN, count, invalid: count })
    expect(evaluation.confusion?.flat()).toEqual(new Array(9).fill(0))
    expect(evaluation.perClass.reduce((sum, row) => sum + row.count, 0)).toBe(count)
  })

  it('a probability too small for float32 costs much, not everything', async () => {
    const model = await create('INPUT 1x1x1 -> FC-3 -> SOFTMAX')
    model.weights.set('fc1.filters', [0, 0, 1e6])
    const { loss } = await evaluate(model, test, { normalization })
    // The third class is certain, so others cost −ln 2⁻¹⁴⁹; black pictures have three equal scores.
    const costs = [...labels].map((label, i) => (images[i] === 0 ? Math.log(3) : label === 2 ? 0 : 149 * Math.LN2))
    expect(loss).toBeCloseTo(costs.reduce((a, b) => a + b) / count, 6)
  })

  it('normalizes large images a few at a time', async () => {
    const images = new Uint8Array(40 * 256 * 256 * 4).map((_, i) => i % 249)
    const large = { height: 256, width: 256, channels: 4, images, labels: new Uint8Array(40) }
    const whole = dataset({ classes: ['a', 'b', 'c'], train: large, test: large })
    const model = await create('INPUT 256x256x4 -> GAP -> FC-3')
    model.weights.set(
      'fc1.filters',
      new Float32Array(12).map((_, i) => i),
    )
    const fill = vi.spyOn(Batches.prototype, 'fill')
    const { loss, count } = await evaluate(model, whole.test, { normalization: whole.normalization })
    expect(count).toBe(40)
    // 16 MiB at most: 16 images of 1 MiB.
    expect(fill.mock.results.map(({ value }) => value)).toEqual([16, 16, 8])
    fill.mockRestore()
    // As one portion gives it.
    const normalized = new Float32Array(40 * 256 * 256 * 4)
    const { normalization } = whole
    new Batches(whole.test, { batch: 40, normalization, shuffle: false }).fill(0, 0, normalized, new Int32Array(40))
    const scores = await model.predict(normalized)
    let sum = 0
    for (let i = 0; i < 40; i++) {
      const row = [...scores.subarray(3 * i, 3 * i + 3)]
      sum += Math.log(row.reduce((total, score) => total + Math.exp(score), 0)) - (row[0] as number)
    }
    expect(loss).toBeCloseTo(sum / 40, 6)
  })

  it('takes memory for the pairs that occur, not for all pairs of 30,000 classes', async () => {
    const classes = Array.from({ length: 30_000 }, (_, i) => `class ${i}`)
    const labels = Uint16Array.from({ length: 500 }, (_, i) => i * 60)
    const images = new Uint8Array(500).map((_, i) => i % 2)
    const many = { height: 1, width: 1, channels: 1, images, labels }
    const { test } = dataset({ classes, train: many, test: many, normalization: { mean: [0], std: [1 / 255] } })
    const model = await create('INPUT 1x1x1 -> FC-30000')
    // Score 120 is the highest for white, the first for black.
    const filters = new Float32Array(30_000)
    filters[120] = 1
    model.weights.set('fc1.filters', filters)
    const evaluation = await evaluate(model, test, { normalization: { mean: [0], std: [1 / 255] } })
    const predicted = (i: number) => (i % 2 === 0 ? 0 : 120)
    expect(evaluation.confusion).toBeUndefined()
    expect(evaluation.pairs).toEqual([...labels].map((actual, i) => ({ actual, predicted: predicted(i), count: 1 })))
    expect(evaluation.accuracy).toBe(1 / 500)
    expect(evaluation.perClass).toHaveLength(30_000)
    const metrics = classMetrics(evaluation)
    expect(metrics[0]).toEqual({ label: 'class 0', support: 1, precision: 1 / 250, recall: 1, f1: 2 / 251 })
    expect(metrics[120]).toEqual({ label: 'class 120', support: 1, precision: 0, recall: 0, f1: 0 })
    expect(commonMistakes(evaluation.pairs, classes, 1)).toEqual([
      { actual: 'class 60', predicted: 'class 120', count: 1, share: 1 },
    ])
    expect(confusionSection(evaluation)).toMatch(/30000 classes is too large/)
    expect(JSON.stringify(evaluation).length).toBeLessThan(4e6)
  })

  it('counts the same in the matrix and in the pairs', async () => {
    const model = await create('INPUT 1x1x1 -> FC-3')
    model.weights.set('fc1.filters', [1, 2, 3])
    const { confusion = [], pairs } = await evaluate(model, test, { normalization })
    expect(pairsOf(confusion)).toEqual(pairs)
    expect(pairsOf(pairs)).toEqual(pairs)
    expect(pairs.reduce((sum, { count }) => sum + count, 0)).toBe(count)
    expect(classMetrics({ perClass: [{ label: 'a', count: 1, accuracy: 0 }], confusion: [[1]] })).toEqual(
      classMetrics({
        perClass: [{ label: 'a', count: 1, accuracy: 0 }],
        pairs: [{ actual: 0, predicted: 0, count: 1 }],
      }),
    )
  })

  it('matches classes by name; the result is in the order of the model', async () => {
    const model = await create('INPUT 1x1x1 -> FC-3')
    model.weights.set('fc1.filters', [1, 2, 3])
    const expected = await evaluate(model, test, { normalization })
    // The score of "c" is the first, and the labels of the data are as before.
    model.weights.set('fc1.filters', [3, 2, 1])
    model.info = { classes: ['c', 'b', 'a'] }
    const { loss, accuracy, confusion, perClass } = await evaluate(model, test, { normalization })
    // Black pictures have equal scores: the first of them is predicted, which is another one now.
    const lit = (rows: readonly (readonly number[])[]) => rows.map((row) => row[1])
    expect(loss).toBeCloseTo(expected.loss, 12)
    expect(perClass.map(({ label, count }) => [label, count])).toEqual(
      expected.perClass.map(({ label, count }) => [label, count]).reverse(),
    )
    expect(lit(confusion ?? [])).toEqual(lit(expected.confusion ?? []).reverse())
    expect(accuracy).toBe([...labels.keys()].filter((i) => labels[i] === 2).length / count)
    // A split made by hand has no names unless they are given; its labels are the scores then.
    const { classes: _, ...unnamed } = test
    const byIndex = await evaluate(model, unnamed, { normalization })
    expect(byIndex.perClass.map(({ label }) => label)).toEqual(['c', 'b', 'a'])
    expect(byIndex.perClass.map((row) => row.count)).toEqual(expected.perClass.map((row) => row.count))
    const given = await evaluate(model, unnamed, { normalization, classes: ['a', 'b', 'c'] })
    expect(given.perClass).toEqual(perClass)
  })

  it('refuses what is not a split', async () => {
    const model = await create('INPUT 1x1x1 -> FC-3')
    const whole = dataset({ classes: ['a', 'b', 'c'], train: split, test: split, normalization })
    for (const [given, says] of [
      [whole, /received: a data set[\s\S]*evaluate\(model, dataset\.test\)/],
      [undefined, /received: undefined/],
      [null, /not a split/],
    ] as const) {
      const call = evaluate(model, given as unknown as typeof test, { normalization })
      await expect(call).rejects.toThrow(ArgumentError)
      await expect(call).rejects.toThrow(says)
    }
  })

  it('refuses a split without images', async () => {
    const model = await create('INPUT 1x1x1 -> FC-3')
    const empty = { ...test, count: 0, images: new Uint8Array(), labels: new Uint8Array() }
    await expect(evaluate(model, empty, { normalization })).rejects.toThrow(/no images to evaluate/)
  })

  it('refuses images of another size, and a model of unknown normalization', async () => {
    const model = await create('INPUT 2x2x1 -> FC-3')
    await expect(evaluate(model, test, { normalization })).rejects.toThrow(DataMismatchError)
    await expect(evaluate(await create('INPUT 1x1x1 -> FC-3'), test)).rejects.toThrow(ArgumentError)
  })

  it('ends when it is told to', async () => {
    const model = await create('INPUT 1x1x1 -> FC-3')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(evaluate(model, test, { normalization, signal })).rejects.toThrow('enough')
  })
})
