// The training loop on a small made-up problem: what it learns, tells, refuses, and how it stops.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ArgumentError, LensletError } from '../core/errors.ts'
import { Batches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import { LabelRangeError } from '../data/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { optimizerKinds } from '../ops/optimizer/optimizers.ts'
import {
  DataMismatchError,
  DivergedError,
  evaluate,
  type Progress,
  resolveSchedule,
  type TrainOptions,
  train,
} from './index.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'

const models: Model[] = []
const data = stripes(160)

async function create(text = stripeNetwork, threads = 1): Promise<Model> {
  const model = await Model.create(parse(text), { seed: 1, threads })
  models.push(model)
  return model
}

async function all(model: Model, dataset: Dataset, options: TrainOptions): Promise<Progress[]> {
  const seen: Progress[] = []
  for await (const progress of train(model, dataset, options)) seen.push(progress)
  return seen
}

const options: TrainOptions = { epochs: 4, batch: 16, optimizer: { kind: 'adam', rate: 0.01 }, seed: 3 }

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

describe('train', () => {
  it.each(['wasm', 'reference'] as const)('learns on %s', async (backend) => {
    const model = await Model.create(parse(stripeNetwork), { seed: 1, backend, threads: 1 })
    models.push(model)
    const seen = await all(model, data, { ...options, epochs: 6 })
    const epochs = seen.filter(({ kind }) => kind === 'epoch')
    expect(epochs.map(({ epoch, step, stepInEpoch }) => [epoch, step, stepInEpoch])).toEqual(
      [1, 2, 3, 4, 5, 6].map((epoch) => [epoch, 10 * epoch, 10]),
    )
    const last = seen.at(-1) as Progress
    expect(last).toMatchObject({ kind: 'done', epochs: 6, steps: 60, secondsLeft: 0 })
    expect(last.result).toMatchObject({ epochs: 6, steps: 60 })
    expect(last.result?.stopped).toBeUndefined()
    expect(last.result?.testAccuracy).toBeGreaterThan(0.95)
    expect(last.result?.trainLoss).toBeLessThan(0.5 * (epochs[0]?.loss as number))
    // What it says of the test split is what the model now gives.
    expect(await evaluate(model, data.test)).toEqual(last.evaluation)
    expect(model.info).toMatchObject({ classes: data.classes, normalization: data.normalization })
  })

  it('does, step by step, what its parts say', async () => {
    const [model, other] = [await create(), await create()]
    await all(model, data, { ...options, schedule: 'one-cycle', augment: { crop: 1 }, epochs: 2 })
    const { normalization } = data
    const program = await other.bind({ batch: 16, mode: 'training', optimizer: { kind: 'adam', rate: 0.01 } })
    const { ports, parameters } = program.plan
    for (const { name, buffer } of parameters) program.write(buffer, other.weights.get(name))
    const batches = new Batches(data.train, { batch: 16, normalization, seed: 3, augment: { crop: 1 } })
    const rates = resolveSchedule('one-cycle', { epochs: 2, stepsPerEpoch: 10 })
    const images = new Float32Array(16 * 64)
    const labels = new Int32Array(16)
    for (let step = 0; step < 20; step++) {
      batches.fill(Math.floor(step / 10), step % 10, images, labels)
      program.write(ports.pictures, images)
      program.write(ports.labels as number, labels)
      const correction = [1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1)]
      program.write(ports.scalars as number, [rates.rate(0.01, step), 1, ...correction, 0, 0, 0, 0])
      program.write(ports.seed as number, [3, step])
      await program.run()
    }
    for (const { name, buffer } of parameters)
      expect([...model.weights.get(name)], name).toEqual([...(await program.read(buffer))])
    await program.dispose()
  })

  it('learns with every optimizer, clipped and smoothed', async () => {
    const small = { rmsprop: 0.02, adam: 0.02, adamw: 0.02 }
    const rates = { sgd: 0.3, momentum: 0.1, nesterov: 0.1, adagrad: 0.1, adadelta: 1, muon: 0.1, ...small }
    for (const kind of optimizerKinds) {
      const seen = await all(await create(), data, {
        ...options,
        epochs: 6,
        optimizer: { kind, rate: rates[kind] },
        clipNorm: 2,
        labelSmoothing: 0.1,
        augment: { cutout: 2 },
      })
      expect(seen.at(-1)?.result?.testAccuracy, kind).toBeGreaterThan(0.9)
    }
  })

  it('takes the loss of a closing SOFTMAX from its scores, and evaluates its probabilities', async () => {
    const with_ = await create(`${stripeNetwork} -> SOFTMAX`)
    const without = await create()
    const results = [await all(with_, data, options), await all(without, data, options)].map(
      (seen) => seen.at(-1)?.result,
    )
    expect(results[0]?.trainLoss).toBe(results[1]?.trainLoss)
    expect(results[0]?.testAccuracy).toBe(results[1]?.testAccuracy)
    expect(results[0]?.testLoss).toBeCloseTo(results[1]?.testLoss as number, 5)
  })

  it('follows the schedule, decays what it is told to, and leaves the options out of each other’s way', async () => {
    const seen = await all(await create(), data, { ...options, schedule: { kind: 'step', every: 2, factor: 0.1 } })
    const rates = seen.filter(({ kind }) => kind === 'epoch').map(({ rate }) => rate)
    expect(rates).toEqual([0.01, 0.01, 0.001, 0.001])
    // Without a gradient in reach (rate small, decay large) only decay moves a weight.
    const scales = async (decay: 'weights' | 'all') => {
      const model = await create()
      const optimizer = { kind: 'sgd', rate: 1e-3, weightDecay: 50 } as const
      await all(model, data, { ...options, epochs: 1, decay, optimizer })
      return model.weights.get('bn1.scale').reduce((sum, value) => sum + value, 0) / 6
    }
    expect(await scales('weights')).toBeCloseTo(1, 1)
    expect(await scales('all')).toBeCloseTo(0.95 ** 10, 1)
  })

  it('evaluates when it is told to', async () => {
    const evaluations = async (evaluate: 'epoch' | 'end' | 'never') => {
      const seen = await all(await create(), data, { ...options, epochs: 3, evaluate })
      const found = seen.filter(({ kind }) => kind === 'epoch').map(({ evaluation }) => (evaluation?.count ?? 0) > 0)
      return [...found, seen.at(-1)?.result?.testAccuracy !== undefined]
    }
    expect(await evaluations('epoch')).toEqual([true, true, true, true])
    expect(await evaluations('end')).toEqual([false, false, true, true])
    expect(await evaluations('never')).toEqual([false, false, false, false])
  })

  it('stops early when more epochs bring nothing', async () => {
    const optimizer = { kind: 'sgd', rate: 0 } as const
    const seen = await all(await create(stripeNetwork.replace('BN -> ', '')), data, {
      ...options,
      epochs: 50,
      optimizer,
      earlyStopping: { patience: 2 },
    })
    expect(seen.at(-1)?.result).toMatchObject({ stopped: 'early', epochs: 3 })
  })

  it('leaves what was learned in the model when the loop is left by break', async () => {
    const model = await create()
    const before = model.weights.get('fc1.filters').slice()
    for await (const { kind, epoch } of train(model, data, { ...options, epochs: 100 }))
      if (kind === 'epoch' && epoch === 2) break
    const after = model.weights.get('fc1.filters').slice()
    expect(after).not.toEqual(before)
    const whole = await create()
    await all(whole, data, { ...options, epochs: 2 })
    expect(after).toEqual(whole.weights.get('fc1.filters').slice())
  })

  it('does not drown the reader: far fewer turns than steps', async () => {
    const seen = await all(await create('INPUT 8x8x1 -> FC-4'), data, { ...options, batch: 1, epochs: 10 })
    expect(seen.length).toBeLessThan(400)
    expect(seen.at(-1)?.steps).toBe(1600)
  })

  it('writes a record now and then, and one an epoch', async () => {
    const metrics = join(folder, 'run.jsonl')
    const seen = await all(await create(), data, { ...options, metrics })
    const lines = (await readFile(metrics, 'utf8')).trimEnd().split('\n')
    const records = lines.map((line) => JSON.parse(line))
    expect(records).toEqual(seen.at(-1)?.result?.records)
    expect(records.filter(({ kind }) => kind === 'step')).toHaveLength(40)
    const history = records.filter(({ kind }) => kind === 'epoch')
    expect(history).toEqual(seen.at(-1)?.result?.history)
    // The epoch's means are those of its steps.
    const losses = records.filter(({ kind, epoch }) => kind === 'step' && epoch === 2).map(({ loss }) => loss)
    expect(losses).toHaveLength(10)
    expect(history[1].loss).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / 10, 10)
    expect(await readdir(folder)).toEqual(['run.jsonl'])
  })
})

describe('a loss that is not finite', () => {
  const diverge = async (model: Model, more: Partial<TrainOptions>, dataset = data) => {
    const error = await all(model, dataset, { ...options, ...more }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(DivergedError)
    return error as DivergedError
  }

  it('names the layer whose output is the first to overflow', async () => {
    const model = await create('INPUT 8x8x1 -> CONV3-4 -> RELU -> FC-8 -> RELU -> FC-4')
    const fc1 = model.weights.get('fc1.filters').map((value) => value * 1e38)
    model.weights.set('fc1.filters', fc1)
    const before = model.weights.get('conv1.filters').slice()
    const error = await diverge(model, {})
    expect(error).toMatchObject({ step: 0, epoch: 1, node: 'fc1', name: 'DivergedError' })
    expect(error.message).toMatch(/output of fc1 is (NaN|∞|−∞)[\s\S]*step 1, epoch 1[\s\S]*lower rate/)
    expect(model.weights.get('conv1.filters').slice()).toEqual(before)
  })

  it('tells a weight that was not finite before the training from one that it spoiled', async () => {
    const model = await create('INPUT 8x8x1 -> CONV3-4 -> RELU -> FC-4')
    model.weights.set('conv1.bias', [0, Number.NaN, 0, 0])
    const error = await diverge(model, {})
    expect(error.message).toMatch(/conv1.bias is not finite before the first step/)
    expect(error).toMatchObject({ node: 'conv1', buffer: 'conv1.bias' })
  })
})

describe('invalid options', () => {
  const cases: readonly [string, object, RegExp][] = [
    ['no epochs', { epochs: 0 }, /epochs[\s\S]*received: 0[\s\S]*whole number from 1/],
    ['half an epoch', { epochs: 1.5 }, /epochs/],
    ['a batch of 0', { batch: 0 }, /batch[\s\S]*received: 0[\s\S]*whole number from 1/],
    ['a batch of NaN', { batch: Number.NaN }, /batch/],
    ['a batch beyond the data', { batch: 161 }, /batch 161, 160 images/],
    ['a rate below 0', { optimizer: { kind: 'adam', rate: -1 } }, /rate/],
    ['an unknown optimizer', { optimizer: 'lion' }, /no such optimizer/],
    ['an unknown schedule', { schedule: 'triangle' }, /no such schedule/],
    ['a smoothing of 1', { labelSmoothing: 1 }, /labelSmoothing/],
    ['a norm of 0', { clipNorm: 0 }, /clipNorm/],
    ['a fractional seed', { seed: 0.5 }, /seed/],
    ['an unknown decay', { decay: 'some' }, /decay[\s\S]*weights, all/],
    ['an unknown time to evaluate', { evaluate: 'always' }, /evaluate[\s\S]*epoch, end, never/],
    ['no patience', { earlyStopping: { patience: 0 } }, /patience/],
    ['patience without evaluation', { evaluate: 'end', earlyStopping: { patience: 2 } }, /evaluate: 'epoch'/],
    ['a crop beyond the image', { augment: { crop: 8 } }, /crop/],
    ['a checkpoint nowhere', { checkpoint: { path: '' } }, /path/],
    ['a checkpoint never', { checkpoint: { path: 'a', everySeconds: 0 } }, /everySeconds/],
  ]
  it.each(cases)('%s is refused', async (_, more, message) => {
    const model = await create()
    const call = all(model, data, { ...options, ...more } as TrainOptions)
    await expect(call).rejects.toThrow(message)
    await expect(call).rejects.toThrow(LensletError)
  })

  it('is refused at once, before anything is iterated', async () => {
    const model = await create()
    expect(() => train(model, data, { epochs: -1 })).toThrow(ArgumentError)
  })

  it('images of another size, and another number of classes', async () => {
    const larger = await create('INPUT 9x9x1 -> FC-4')
    expect(() => train(larger, data, options)).toThrow(/8×8×1[\s\S]*9×9×1[\s\S]*INPUT 8x8x1/)
    const more = await create('INPUT 8x8x1 -> FC-5')
    expect(() => train(more, data, options)).toThrow(DataMismatchError)
    expect(() => train(more, data, options)).toThrow(/FC-4/)
  })

  it('a label that no class has', async () => {
    const model = await create()
    const labels = Uint8Array.from(data.train.labels)
    labels[7] = 4
    const wrong = { ...data, train: { ...data.train, labels } }
    expect(() => train(model, wrong, options)).toThrow(LabelRangeError)
    expect(() => train(model, wrong, options)).toThrow(/image 7[\s\S]*received: 4[\s\S]*0 to 3/)
  })

  it('a path that cannot be written, before the first step', async () => {
    const model = await create()
    for (const more of [{ checkpoint: { path: join(folder, 'no', 'a') } }, { metrics: join(folder, 'no', 'b') }])
      await expect(all(model, data, { ...options, ...more })).rejects.toThrow(/cannot write/)
  })
})
