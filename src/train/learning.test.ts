/** Groups of weights, accumulation, Lookahead and the running mean: what each does, against formulas written down here. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import type { Dataset } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { type Progress, type TrainOptions, train } from './index.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'

const data = stripes(64)
const plain = 'INPUT 8x8x1 -> CONV3-6 -> RELU -> POOL2 -> FC-4'
const options: TrainOptions = {
  epochs: 4,
  batch: 64,
  optimizer: { kind: 'sgd', rate: 0.1 },
  seed: 3,
  evaluate: 'never',
}

const models: Model[] = []
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

async function create(text = plain, threads = 1): Promise<Model> {
  const model = await Model.create(parse(text), { seed: 1, threads })
  models.push(model)
  return model
}

type Weights = ReadonlyMap<string, Float32Array>

const weightsOf = (model: Model): Weights => {
  return new Map(model.weights.names.map((name) => [name, model.weights.get(name).slice()]))
}

interface Trained {
  readonly model: Model
  readonly weights: Weights
  /** After each epoch. */
  readonly epochs: readonly Weights[]
  readonly seen: readonly Progress[]
}

async function run(more: Partial<TrainOptions> = {}, model?: Model, on: Dataset = data): Promise<Trained> {
  const used = model ?? (await create())
  const seen: Progress[] = []
  const epochs: Weights[] = []
  for await (const progress of train(used, on, { ...options, ...more })) {
    seen.push(progress)
    if (progress.kind === 'epoch') epochs.push(weightsOf(used))
  }
  return { model: used, weights: weightsOf(used), epochs, seen }
}

function expectClose(got: Weights, want: ReadonlyMap<string, ArrayLike<number>>, slack: number): void {
  for (const [name, values] of got) {
    const other = want.get(name) as ArrayLike<number>
    values.forEach((value, i) => {
      expect(Math.abs(value - (other[i] as number)), `${name} at ${i}`).toBeLessThan(slack)
    })
  }
}

const changes = (a: Weights | undefined, b: Weights | undefined) =>
  [...(a ?? [])].filter(([name, values]) => !values.every((value, i) => value === b?.get(name)?.[i])).map(([n]) => n)

describe('accumulation', () => {
  it.each([undefined, 0.01])('of four batches of 16 is a batch of 64, clipped to %s', async (clipNorm) => {
    const clip = clipNorm === undefined ? {} : { clipNorm }
    const once = await run({ ...clip, optimizer: { kind: 'momentum', rate: 0.1 } })
    const parts = await run({ ...clip, optimizer: { kind: 'momentum', rate: 0.1 }, batch: 16, accumulate: 4 })
    // Gradients are sums of 64 terms in another order: some 64 roundings of values below 1, at a rate of 0.1, four times.
    expectClose(parts.weights, once.weights, 64 * 0.1 * 4 * 2 ** -23)
    const [a, b] = [once, parts].map(({ seen }) => seen.at(-1)?.result)
    expect(b).toMatchObject({ steps: a?.steps, trainAccuracy: a?.trainAccuracy })
    expect(b?.trainLoss).toBeCloseTo(a?.trainLoss as number, 5)
  })

  it('leaves everything as it is where one of the batches has a bad loss', async () => {
    const model = await create(stripeNetwork)
    const bad = stripes(64)
    // The last image of the epoch's order cannot be known here: every image but the first batch's is bad.
    const broken = { ...bad, normalization: { mean: [0], std: [1e-39] } }
    const before = weightsOf(model)
    await expect(run({ batch: 16, accumulate: 4 }, model, broken)).rejects.toThrow(/not finite/)
    expect(changes(weightsOf(model), before)).toEqual([])
  })

  it('gives the same bits with any number of threads', async () => {
    const more = { batch: 16, accumulate: 4, optimizer: { kind: 'muon' }, ema: { decay: 0.9 }, lookahead: {} } as const
    const one = await run(more, await create(stripeNetwork, 1))
    const three = await run(more, await create(stripeNetwork, 3))
    expect(changes(one.weights, three.weights)).toEqual([])
  })

  it('cannot take more images than there are', async () => {
    await expect(run({ batch: 16, accumulate: 5 })).rejects.toThrow(/batch[\s\S]*80, 64 images/)
  })
})

describe('the running mean', () => {
  it('is that of torch.optim.swa_utils.AveragedModel over twenty steps', async () => {
    const decay = 0.8
    const raw = await run({ epochs: 20 })
    const mean = new Map<string, number[]>()
    for (const weights of raw.epochs)
      for (const [name, values] of weights) {
        const before = mean.get(name)
        const next = [...values].map((value, i) => {
          return before === undefined ? value : decay * (before[i] as number) + (1 - decay) * value
        })
        mean.set(name, next)
      }
    const averaged = await run({ epochs: 20, ema: { decay } })
    // Two roundings a step of values below 1, which fade with the rest.
    expectClose(averaged.weights, mean, (4 / (1 - decay)) * 2 ** -24)
    expect(changes(averaged.weights, raw.weights).length).toBeGreaterThan(0)
  })

  it('is evaluated, and the weights beside it; the training goes on from the weights', async () => {
    const raw = await run({ evaluate: 'epoch' }, await create(stripeNetwork))
    const averaged = await run({ evaluate: 'epoch', ema: { decay: 0.5 } }, await create(stripeNetwork))
    const [a, b] = [raw, averaged].map(({ seen }) => seen.at(-1)?.result?.history ?? [])
    expect(b?.map(({ loss }) => loss)).toEqual(a?.map(({ loss }) => loss))
    expect(b?.map(({ plainLoss }) => plainLoss)).toEqual(a?.map(({ testLoss }) => testLoss))
    expect(b?.at(-1)?.testLoss).not.toBe(a?.at(-1)?.testLoss)
    // What the model has with `epoch` is what was evaluated.
    const last = averaged.epochs.at(-1)
    expect(changes(last, averaged.weights)).toEqual([])
    // Running statistics have a mean, too.
    expect(changes(raw.weights, averaged.weights)).toContain('bn1.mean')
  })

  it('keeps the best epoch of the mean, and the mean of the last epoch beside it', async () => {
    // The rate is far too high, so the loss jumps up and down.
    const wild = { kind: 'adam', rate: 0.3 } as const
    const more = { evaluate: 'epoch', keep: 'best', ema: { decay: 0.5 }, epochs: 8, optimizer: wild } as const
    const { seen, epochs, weights } = await run(more, await create(stripeNetwork))
    const result = seen.at(-1)?.result
    const losses = result?.history.map(({ testLoss }) => testLoss as number) ?? []
    const kept = losses.indexOf(Math.min(...losses)) + 1
    expect(kept).toBeLessThan(8)
    expect(result).toMatchObject({ keptEpoch: kept, testLoss: losses[kept - 1] })
    expect(changes(weights, epochs[kept - 1])).toEqual([])
    const last = new Map([...(result?.lastWeights ?? [])].map(([name, { values }]) => [name, values]))
    expect(changes(epochs[7], last)).toEqual([])
    // The epoch that is best by the mean is not the one that is best by the weights themselves, nor has their weights.
    const raw = await run({ ...more, ema: undefined }, await create(stripeNetwork))
    expect(changes(raw.weights, weights).length).toBeGreaterThan(0)
  })
})

describe('Lookahead', () => {
  it('moves slow weights every two of twenty steps (Zhang et al. 2019)', async () => {
    const keep = 0.25
    const looked = await run({ epochs: 20, lookahead: { every: 2, keep } })
    const model = await create()
    for (let cycle = 0; cycle < 10; cycle++) {
      const slow = weightsOf(model)
      const fast = (await run({ epochs: 2 }, model)).weights
      for (const [name, values] of fast)
        model.weights.set(
          name,
          values.map((value, i) => keep * (slow.get(name)?.[i] as number) + (1 - keep) * value),
        )
    }
    // Batches of all images in another order: sums of 64 terms, twenty steps at a rate of 0.1.
    expectClose(looked.weights, weightsOf(model), 64 * 0.1 * 20 * 2 ** -23)
  })

  it('ends at the slow weights where the last cycle is cut short', async () => {
    const whole = await run({ epochs: 4, lookahead: { every: 4, keep: 0.5 } })
    const cut = await run({ epochs: 6, lookahead: { every: 4, keep: 0.5 } })
    expect(changes(cut.weights, whole.weights)).toEqual([])
    expect(changes(cut.epochs[4], whole.weights).length).toBeGreaterThan(0)
  })

  it('keeps a share that grows with the power', async () => {
    const power = await run({ epochs: 4, lookahead: { every: 4, keep: 0.5, power: 3 } })
    const full = await run({ epochs: 4, lookahead: { every: 4, keep: 0.5 } })
    expect(changes(power.weights, full.weights)).toEqual([])
    const half = await run({ epochs: 8, lookahead: { every: 4, keep: 0.5, power: 1 } })
    const quarter = await run({ epochs: 4, lookahead: { every: 4, keep: 0.25 } })
    expect(changes(half.epochs[3], quarter.weights)).toEqual([])
  })
})

describe('groups', () => {
  const norms = 'INPUT 8x8x1 -> CONV3-6 -> BN -> RELU -> POOL2 -> FC-4'
  const grouped = async (groups: TrainOptions['groups'], more: Partial<TrainOptions> = {}) =>
    run({ ...more, groups }, await create(norms))

  it('have an optimizer, a rate and a decay of their own, by name or kind', async () => {
    const one = { epochs: 1 }
    const given = await grouped(
      [
        { weights: 'head', optimizer: { kind: 'adam', rate: 0.01 } },
        { weights: 'norms', factor: 0.5, decay: 0.5 },
        { weights: 'conv1.bias', decay: 0 },
        { weights: 'biases', factor: 4 },
        { weights: '*', factor: 2 },
      ],
      one,
    )
    const by = async (optimizer: TrainOptions['optimizer'], decay: 'weights' | 'all' = 'weights') =>
      (await run({ ...one, optimizer, decay }, await create(norms))).weights
    const adam = await by({ kind: 'adam', rate: 0.01 })
    // Rules are merged: the head's own optimizer at twice (its bias at four times) the rate.
    const [adam2, adam4] = [await by({ kind: 'adam', rate: 0.02 }), await by({ kind: 'adam', rate: 0.04 })]
    const half = await by({ kind: 'sgd', rate: 0.05, weightDecay: 0.5 }, 'all')
    const [four, two] = [await by({ kind: 'sgd', rate: 0.4 }), await by({ kind: 'sgd', rate: 0.2 })]
    expect(given.weights.get('fc1.filters')).toEqual(adam2.get('fc1.filters'))
    expect(given.weights.get('fc1.filters')).not.toEqual(adam.get('fc1.filters'))
    expect(given.weights.get('fc1.bias')).toEqual(adam4.get('fc1.bias'))
    expect(given.weights.get('bn1.scale')).toEqual(half.get('bn1.scale'))
    expect(given.weights.get('bn1.shift')).toEqual(half.get('bn1.shift'))
    expect(given.weights.get('conv1.bias')).toEqual(four.get('conv1.bias'))
    expect(given.weights.get('conv1.filters')).toEqual(two.get('conv1.filters'))
  })

  it('can be frozen, weight by weight: without a gradient and without state', async () => {
    const before = weightsOf(await create(norms))
    const { weights, model } = await grouped([{ weights: 'conv1.filters', frozen: true }], {
      optimizer: { kind: 'adam', rate: 0.01 },
    })
    expect(changes(weights, before)).not.toContain('conv1.filters')
    expect(changes(weights, before)).toContain('conv1.bias')
    expect(model.weights.names).toContain('conv1.filters')
  })

  it.each(['momentum', 'adam', 'muon'] as const)('learn in some epochs only, with %s', async (kind) => {
    const rules = [{ weights: 'conv1', from: 1, until: 3 }]
    const { epochs } = await grouped(rules, { optimizer: { kind, rate: 0.01, weightDecay: 0.1 } })
    const changed = epochs.map((weights, i) => changes(weights, i === 0 ? undefined : epochs[i - 1]))
    const moves = (epoch: number) => changed[epoch]?.includes('conv1.filters')
    const start = weightsOf(await create(norms))
    expect(changes(epochs[0], start)).not.toContain('conv1.filters')
    expect([moves(1), moves(2), moves(3)]).toEqual([true, true, false])
    expect(changed[3]).toContain('fc1.filters')
  })

  it('begin with step 1 of their optimizer when they begin to learn', async () => {
    const late = await grouped([{ weights: '*', from: 2 }], { optimizer: { kind: 'adam', rate: 0.01 } })
    const early = await run({ optimizer: { kind: 'adam', rate: 0.01 }, epochs: 1 }, await create(norms))
    // The third epoch's batch is the first one's in another order.
    const got = new Map([...(late.epochs[2] ?? [])].filter(([name]) => name === 'fc1.filters'))
    expectClose(got, early.weights, 1e-5)
  })

  it('have a schedule of their own, over the epochs in which they learn', async () => {
    // One step an epoch: 1, 2/3 and 1/3 of the rate.
    const own = { weights: 'fc1', schedule: 'linear', until: 3, factor: 0.3, frozen: false } as const
    const { epochs } = await grouped([own, { weights: '*', frozen: true }])
    const shares = [1, 2 / 3, 1 / 3]
    const model = await create(norms)
    for (const [epoch, share] of shares.entries()) {
      const frozen = [
        { weights: 'fc1', factor: 0.3 * share, frozen: false },
        { weights: '*', frozen: true },
      ]
      await run({ epochs: 1, groups: frozen }, model)
      expectClose(epochs[epoch] as Weights, weightsOf(model), 1e-5)
    }
    expect(changes(epochs[3], epochs[2])).toEqual(['bn1.mean', 'bn1.variance'])
  })

  it.each([
    ['a layer that is not there', [{ weights: 'conv7', factor: 1 }], /conv7[\s\S]*did you mean conv1/],
    ['no weights', [{ factor: 1 }], /must name its weights/],
    ['no list', { weights: 'head' }, /groups must be a list/],
    ['another word', [{ weights: 'head', rate: 1 }], /no option rate[\s\S]*factor/],
    ['a factor of 0', [{ weights: 'head', factor: 0 }], /factor of the group head[\s\S]*frozen: true/],
    ['a negative decay', [{ weights: 'head', decay: -1 }], /decay of the group head/],
    ['an empty span', [{ weights: 'head', from: 2, until: 2 }], /until of the group head[\s\S]*more than 2/],
    ['a span after the end', [{ weights: 'head', from: 4 }], /from of the group head[\s\S]*less than 4/],
    ['a bad schedule', [{ weights: 'head', schedule: 'saw' }], /no such schedule/],
    ['a bad optimizer', [{ weights: 'head', optimizer: 'lion' }], /no such optimizer/],
    ['frozen as text', [{ weights: 'head', frozen: 'yes' }], /true or false/],
  ])('%s is refused before anything begins', async (_, groups, message) => {
    const model = await create(norms)
    const start = () => train(model, data, { ...options, groups: groups as unknown as TrainOptions['groups'] })
    expect(start).toThrow(ArgumentError)
    expect(start).toThrow(message)
  })

  it.each([
    [{ ema: { decay: 1 } }, /ema\.decay is invalid/],
    [{ ema: { momentum: 0.9 } }, /ema has no option momentum/],
    [{ lookahead: { every: 0 } }, /lookahead\.every/],
    [{ lookahead: { keep: 1 } }, /lookahead\.keep/],
    [{ lookahead: { power: 0.5 } }, /lookahead\.power/],
    [{ accumulate: 0 }, /accumulate/],
  ])('%j is refused', async (more, message) => {
    const model = await create(norms)
    expect(() => train(model, data, { ...options, ...(more as Partial<TrainOptions>) })).toThrow(message)
  })
})

describe('resuming', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const everything: Partial<TrainOptions> = {
    epochs: 3,
    batch: 8,
    accumulate: 2,
    optimizer: { kind: 'muon', rate: 0.02, filterNorm: 1 },
    schedule: 'triangular',
    groups: [
      { weights: 'head', optimizer: { kind: 'adadelta' }, schedule: 'linear' },
      { weights: 'norms', decay: 0.1, from: 0.5, until: 2 },
    ],
    ema: { decay: 0.7 },
    lookahead: { every: 3 },
    start: [{ kind: 'orthogonal' }, { kind: 'lsuv' }],
    clipNorm: 1,
    evaluate: 'epoch',
    keep: 'best',
  }

  it('gives the same bits and records with all of it, wherever it was stopped', async () => {
    const whole = await run(everything, await create(stripeNetwork))
    const history = (trained: Trained) =>
      trained.seen.at(-1)?.result?.records.map((record) => ({ ...record, seconds: 0, waited: 0 })) ?? []
    for (const stop of [1, 3, 4, 5, 8, 11]) {
      const path = join(folder, `${stop}.checkpoint`)
      const stopped = await create(stripeNetwork)
      const abort = new AbortController()
      for await (const progress of train(stopped, data, {
        ...options,
        ...everything,
        checkpoint: { path, everySteps: 1 },
        signal: abort.signal,
      }))
        if (progress.step >= stop && stop !== 4) abort.abort()
        else if (progress.kind === 'epoch') break
      const again = await run({ ...everything, resume: path }, await create(stripeNetwork, 2))
      expect(changes(again.weights, whole.weights), `stopped at ${stop}`).toEqual([])
      expect(history(again).at(-1)).toEqual(history(whole).at(-1))
    }
  })

  it('refuses other settings', async () => {
    const path = join(folder, 'run.checkpoint')
    await run({ ...everything, checkpoint: { path } }, await create(stripeNetwork))
    for (const [name, more] of Object.entries({
      ema: { ema: { decay: 0.8 } },
      lookahead: { lookahead: { every: 4 } },
      groups: { groups: [] },
      accumulate: { accumulate: 1, batch: 8 },
    }))
      await expect(run({ ...everything, ...more, resume: path }, await create(stripeNetwork))).rejects.toThrow(
        new RegExp(`${name} differs`),
      )
  })
})
