// Trainings whose targets are shares of classes, whose images are in a store, or whose classes are weighted by name.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseAugmentation } from '../data/augmentation.ts'
import { type Dataset, dataset } from '../data/dataset.ts'
import { storeOf } from '../data/store.ts'
import { Model } from '../model/model.ts'
import { backendNames } from '../model/options.ts'
import { parse } from '../notation/parse.ts'
import { classWeightsOf } from './classWeights.ts'
import { evaluate } from './evaluate.ts'
import { describeTraining } from './identity.ts'
import { train } from './loop.ts'
import type { TrainOptions } from './options.ts'
import { resolveSettings } from './options.ts'

const classes = ['left', 'middle', 'right']
const bytesEach = 6 * 6 * 3

/** A bright column: to which third it belongs is the class. */
function columns(count: number) {
  const images = new Uint8Array(count * bytesEach)
  const labels = Array.from({ length: count }, (_, i) => (i * 7) % 3)
  labels.forEach((label, i) => {
    for (let y = 0; y < 6; y++)
      images.fill(250 - (i % 5), i * bytesEach + (y * 6 + 2 * label) * 3, i * bytesEach + (y * 6 + 2 * label + 1) * 3)
  })
  return { height: 6, width: 6, channels: 3, images, labels }
}
const { normalization, ...data } = dataset({ classes, train: columns(48), test: columns(12) })
const inMemory: Dataset = { ...data, normalization }
const stored = dataset({
  classes,
  normalization,
  train: { ...columns(48), images: storeOf(data.train.images, bytesEach) },
  test: { ...columns(12), images: storeOf(data.test.images, bytesEach) },
})

const network = parse('INPUT 6x6x3 -> CONV3-4 -> BN -> RELU -> FC-3')
const options: TrainOptions = {
  epochs: 3,
  batch: 8,
  seed: 5,
  augment: parseAugmentation('reflect,crop1,mixup0.4,cutmix1'),
}

async function trained(on: Dataset, more: Partial<TrainOptions> = {}, how: object = {}) {
  await using model = await Model.create(network, { seed: 1, ...how })
  const losses: number[] = []
  for await (const { kind, loss } of train(model, on, { ...options, ...more })) if (kind === 'epoch') losses.push(loss)
  const evaluation = await evaluate(model, on.test)
  return {
    losses,
    accuracy: evaluation.accuracy,
    weights: [...(await model.snapshot())].map(([, { values }]) => [...values]),
  }
}

describe('mixed targets', () => {
  it.each(backendNames)('are learned on %s', async (backend) => {
    const { losses, accuracy } = await trained(
      inMemory,
      { epochs: 30, optimizer: { kind: 'adam', rate: 0.02 } },
      { backend },
    )
    expect(losses.at(-1)).toBeLessThan(losses[0] as number)
    expect(accuracy).toBe(1)
  })

  it('end with the same bits from a store, with any threads, and after a stop', async () => {
    const whole = await trained(inMemory)
    expect(await trained(stored, {}, { threads: 1 })).toEqual(whole)
    const folder = await mkdtemp(join(tmpdir(), 'lenslet-mixed-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'checkpoint')
    const stop = new AbortController()
    const stopped = { checkpoint: { path, everySteps: 1 }, signal: stop.signal }
    await using model = await Model.create(network, { seed: 1 })
    for await (const { kind } of train(model, stored, { ...options, ...stopped })) if (kind === 'epoch') stop.abort()
    const resumed = await trained(stored, { resume: path })
    expect(resumed.weights).toEqual(whole.weights)
  })

  it('are refused at once by a loss that compares with one class', async () => {
    await using model = await Model.create(parse('INPUT 6x6x3 -> FC-3 -> LOSS hinge'))
    expect(() => train(model, inMemory, options)).toThrow(/does not take shares of classes[\s\S]*hinge/)
  })
})

describe('a store', () => {
  it('is described by all its images and labels', () => {
    const other = columns(48)
    other.images[5] = 1
    const changed = dataset({
      classes,
      normalization,
      train: { ...other, images: storeOf(other.images, bytesEach) },
    })
    const relabelled = { ...stored, train: { ...stored.train, labels: stored.train.labels.slice().reverse() } }
    const all = [stored, changed, relabelled].map((each) => describeTraining(each))
    expect(new Set(all).size).toBe(3)
  })
})

describe('class weights', () => {
  it('are balanced, or by name', async () => {
    const rare = { classes, train: { ...inMemory.train, count: 6, labels: Uint8Array.of(0, 0, 0, 0, 2, 2) } }
    // n / (present · count); a class without images counts 1.
    expect(classWeightsOf('balanced', rare, 3)).toEqual([0.75, 1, 1.5])
    const targets = Float32Array.of(1, 0, 1, 0, 1, 1, 0, 0)
    const several = { classes: ['a', 'b'], train: { ...inMemory.train, count: 4, targets } }
    expect(classWeightsOf('balanced', several, 2)).toEqual([1 / 3, 3])
    expect(classWeightsOf({ right: 4 }, inMemory, 3)).toEqual([1, 1, 4])
    expect(classWeightsOf([1, 2, 3], inMemory, 3)).toEqual([1, 2, 3])
    expect(() => classWeightsOf({ rigth: 4 }, inMemory, 3)).toThrow(/received: rigth[\s\S]*try: right/)
    expect(() => classWeightsOf('even' as never, inMemory, 3)).toThrow(/classWeights is invalid/)
    await using model = await Model.create(network)
    expect(resolveSettings(model, inMemory, { epochs: 1, classWeights: { middle: 2 } }).classWeights).toEqual([1, 2, 1])
  })
})
