// Which weights a training ends with, when it stops, what it looks at, and that a model is trained once at a time.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { type Dataset, dataset } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { bestEpochOf } from './best.ts'
import {
  DivergedError,
  type EpochRecord,
  type Evaluation,
  evaluate,
  ModelBusyError,
  type Progress,
  type TrainOptions,
  type TrainResult,
  train,
} from './index.ts'
import { stoppedImproving } from './stopping.ts'
import { stripes } from './testing/stripes.ts'

const data = stripes(160)
const network = 'INPUT 8x8x1 -> CONV3-6 -> BN -> RELU -> POOL2 -> FC-4'
/** The rate is far too high, so the loss jumps up and down. */
const wild: TrainOptions = { epochs: 8, batch: 16, optimizer: { kind: 'adam', rate: 0.3 }, seed: 3 }

const models: Model[] = []
async function create(backend: 'wasm' | 'reference' = 'wasm', text = network): Promise<Model> {
  const model = await Model.create(parse(text), { seed: 1, threads: 1, backend })
  models.push(model)
  return model
}
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

async function all(model: Model, on: Dataset, options: TrainOptions): Promise<Progress[]> {
  const seen: Progress[] = []
  for await (const progress of train(model, on, options)) seen.push(progress)
  return seen
}
async function run(model: Model, options: TrainOptions, on = data): Promise<TrainResult> {
  return (await all(model, on, options)).at(-1)?.result as TrainResult
}
const bitsOf = (model: Model) => [...model.weights.tensors()].map(([name, { values }]) => [name, [...values]])
const validated = (): Dataset =>
  dataset({ ...data, validation: stripes(80, 5).test, normalization: data.normalization })

describe("keep: 'best'", () => {
  it.each(['wasm', 'reference'] as const)(
    'ends with the weights of the lowest loss on %s, and gives the last',
    async (backend) => {
      const model = await create(backend)
      const result = await run(model, { ...wild, keep: 'best' })
      const losses = result.history.map(({ testLoss }) => testLoss as number)
      const lowest = losses.indexOf(Math.min(...losses)) + 1
      expect(lowest).toBeLessThan(8)
      expect(result).toMatchObject({
        keptEpoch: lowest,
        testLoss: losses[lowest - 1],
        best: { epoch: lowest, split: 'test' },
      })
      // The reference evaluates in float64 what it keeps in float32.
      if (backend === 'wasm') expect((await evaluate(model, data.test)).loss).toBe(losses[lowest - 1])
      const shorter = await create(backend)
      await run(shorter, { ...wild, epochs: lowest })
      expect(bitsOf(model)).toEqual(bitsOf(shorter))
      const last = await create(backend)
      expect(await run(last, wild)).toMatchObject({ keptEpoch: 8, best: { epoch: lowest } })
      expect([...(result.lastWeights ?? [])].map(([name, { values }]) => [name, [...values]])).toEqual(bitsOf(last))
    },
  )

  it('gives no other weights where the last epoch is the best', async () => {
    const calm = { ...wild, epochs: 4, optimizer: { kind: 'adam', rate: 0.005 }, keep: 'best' } as const
    const result = await run(await create(), calm)
    expect(result.keptEpoch).toBe(4)
    expect(result.lastWeights).toBeUndefined()
  })

  it('keeps them across stops, wherever it was stopped', async () => {
    const whole = await create()
    const expected = await run(whole, { ...wild, keep: 'best' })
    const path = join(folder, 'checkpoint')
    for (const stopAt of [1, expected.keptEpoch * 10, expected.keptEpoch * 10 + 3, 77]) {
      const stop = new AbortController()
      const options = { ...wild, keep: 'best', checkpoint: { path, everySteps: 1 } } as const
      const before = platformSteps(stop, stopAt)
      const first = await run(await create(), { ...options, signal: before })
      expect(first).toMatchObject({ stopped: 'aborted', steps: stopAt })
      const again = await create()
      const result = await run(again, { ...options, resume: path })
      expect(result, `${stopAt}`).toMatchObject({ keptEpoch: expected.keptEpoch, testLoss: expected.testLoss })
      expect(bitsOf(again), `${stopAt}`).toEqual(bitsOf(whole))
    }
    const ended = await create()
    await run(ended, { ...wild, keep: 'best', resume: path })
    expect(bitsOf(ended)).toEqual(bitsOf(whole))
  })

  it('names the best epoch while it trains', async () => {
    const epochs = (await all(await create(), data, { ...wild, keep: 'best' })).filter(({ kind }) => kind === 'epoch')
    let lowest = Number.POSITIVE_INFINITY
    for (const { evaluation, best } of epochs) {
      lowest = Math.min(lowest, evaluation?.loss ?? Number.NaN)
      expect(best?.loss).toBe(lowest)
    }
  })
})

/** A signal that is aborted when so many steps are finished: the loop looks at it before each step and each end of an epoch. */
function platformSteps(stop: AbortController, steps: number): AbortSignal {
  let looks = 0
  return {
    reason: stop.signal.reason,
    get aborted() {
      // Ten steps and the end of an epoch: eleven looks.
      return ++looks > steps + Math.floor((steps - 1) / 10)
    },
    throwIfAborted() {},
  } as Partial<AbortSignal> as AbortSignal
}

describe('a validation split', () => {
  it('decides about the best epoch; the test images are looked at once, at the end', async () => {
    const model = await create()
    const on = validated()
    const seen = await all(model, on, { ...wild, keep: 'best' })
    const epochs = seen.filter(({ kind }) => kind === 'epoch')
    for (const progress of epochs)
      if (progress.kind === 'epoch')
        expect(progress).toMatchObject({ evaluatedOn: 'validation', evaluation: { count: 40 } })
    const done = seen.at(-1)
    if (done?.kind !== 'done') throw new Error('no end')
    expect(done).toMatchObject({ evaluatedOn: 'test', evaluation: { count: 80 } })
    const losses = done.result.history.map(({ validationLoss }) => validationLoss as number)
    expect(done.result.history.every(({ testLoss }) => testLoss === undefined)).toBe(true)
    expect(done.result.keptEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1)
    const { loss, accuracy } = await evaluate(model, on.test)
    expect(done.result).toMatchObject({ testLoss: loss, testAccuracy: accuracy, validationLoss: Math.min(...losses) })
  })
})

describe('without test images', () => {
  const untested = dataset({ name: 'untested', classes: data.classes, train: data.train })

  it('trains, and evaluates nothing', async () => {
    const seen = await all(await create(), untested, { ...wild, epochs: 2 })
    expect(seen.filter(({ kind }) => kind === 'epoch').map(({ evaluation }) => evaluation?.count)).toEqual([0, 0])
    const result = seen.at(-1)?.result
    expect(result).toMatchObject({ epochs: 2, keptEpoch: 2 })
    expect(result?.testLoss).toBeUndefined()
    expect(result?.best).toBeUndefined()
  })

  it('refuses what needs them', async () => {
    const model = await create()
    expect(() => train(model, untested, { ...wild, keep: 'best' })).toThrow(/keep: 'best' needs images/)
    expect(() => train(model, untested, { ...wild, earlyStopping: { patience: 1 } })).toThrow(/early stopping needs/)
  })
})

describe('early stopping', () => {
  const history = (losses: readonly number[]) => ({
    epochs: losses.length,
    lowest: bestEpochOf(
      losses.map((testLoss, index) => ({ epoch: index + 1, testLoss, testAccuracy: 0.5 }) as EpochRecord),
    ),
  })

  it('counts epochs since the lowest loss, from the end of the warm-up on', () => {
    expect(stoppedImproving(history([3, 2, 2]), 2, 0)).toBe(false)
    expect(stoppedImproving(history([3, 2, 2, 2]), 2, 0)).toBe(true)
    expect(stoppedImproving(history([1, 2, 2, 2]), 2, 2)).toBe(true)
    expect(stoppedImproving(history([1, 2, 2, 2]), 2, 2.5)).toBe(false)
    expect(stoppedImproving(history([1, 2, 2, 2, 2]), 2, 2.5)).toBe(true)
    // 0.1 · 30 is a little more than 3.
    expect(stoppedImproving(history([1, 2, 2, 2, 2]), 2, 0.1 * 30)).toBe(true)
    expect(stoppedImproving(history([]), 1, 0)).toBe(false)
  })

  it('does not end a training whose rate still rises', async () => {
    const options = { ...wild, epochs: 20, schedule: 'one-cycle', earlyStopping: { patience: 1 } } as const
    // One-cycle warms up over 0.3 of the epochs.
    expect((await run(await create(), options)).epochs).toBeGreaterThanOrEqual(7)
  })
})

describe('two trainings of one model', () => {
  it('at once: the second is refused, and the first is what it would have been', async () => {
    const [model, alone] = [await create(), await create()]
    const first = run(model, { ...wild, epochs: 2 })
    await expect(run(model, { ...wild, seed: 4 })).rejects.toThrow(ModelBusyError)
    await first
    await run(alone, { ...wild, epochs: 2 })
    expect(bitsOf(model)).toEqual(bitsOf(alone))
  })

  it('begun in the same turn', async () => {
    const model = await create()
    const results = await Promise.allSettled([run(model, { ...wild, epochs: 1 }), run(model, { ...wild, epochs: 1 })])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('one after the other, however the first one ended', async () => {
    const model = await create()
    for await (const _ of train(model, data, wild)) break
    const returned = train(model, data, wild)
    await returned.next()
    await returned.return(undefined as never)
    const thrown = train(model, data, wild)
    await thrown.next()
    await expect(thrown.throw(new Error('mine'))).rejects.toThrow('mine')
    const stop = new AbortController()
    stop.abort()
    await run(model, { ...wild, signal: stop.signal })
    await expect(run(model, { ...wild, resume: join(folder, 'none') })).rejects.toThrow(/cannot read/)
    await run(model, { ...wild, epochs: 1 })
    const toItsEnd = train(model, data, { ...wild, epochs: 1 })
    for (let kind = ''; kind !== 'done'; ) kind = ((await toItsEnd.next()).value as Progress).kind
    await run(model, { ...wild, epochs: 1 })
    // Forgotten without an end; its memory is gone, so it is no hindrance.
    await train(model, data, wild).next()
    await expect(run(model, wild)).rejects.toThrow(ModelBusyError)
    await model.release()
    await run(model, { ...wild, epochs: 1 })
  })

  it('leaves evaluate and predict to others meanwhile', async () => {
    const model = await create()
    for await (const { kind } of train(model, data, { ...wild, epochs: 1 }))
      if (kind === 'epoch') expect((await evaluate(model, data.test)).count).toBe(80)
  })
})

it('a training that diverges in its last step names the epoch that there is, and the rate that was asked for', async () => {
  // One step: its update overflows, and the schedule's last rate is a small share.
  const options = {
    ...wild,
    epochs: 1,
    batch: 160,
    optimizer: { kind: 'sgd', rate: 1e38 },
    schedule: 'constant',
  } as const
  const text = 'INPUT 8x8x1 -> FC-8 -> RELU -> FC-4'
  const model = await create('wasm', text)
  model.weights.set(
    'fc2.filters',
    model.weights.get('fc2.filters').map((value) => value * 1e4),
  )
  const error = await run(model, { ...options, schedule: { kind: 'constant', warmup: 0 } }).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DivergedError)
  expect(error).toMatchObject({ step: 1, epoch: 1 })
  expect((error as Error).message).toMatch(/step 1, epoch 1[\s\S]*learning rate 1e\+38[\s\S]*a lower rate \(1e\+37\)/)
})

it('what comes of a training narrows by its kind', async () => {
  for await (const progress of train(await create(), data, { ...wild, epochs: 1 })) {
    expectTypeOf(progress).toEqualTypeOf<Progress>()
    if (progress.kind === 'epoch') expectTypeOf(progress.evaluation).toEqualTypeOf<Evaluation>()
    else if (progress.kind === 'done') expectTypeOf(progress.result).toEqualTypeOf<TrainResult>()
    else expectTypeOf(progress.evaluation).toEqualTypeOf<undefined>()
  }
})
