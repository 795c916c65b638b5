// Checkpoints: resuming gives the same bits, wherever it was stopped; other trainings and damaged files are refused.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { checksum } from '../core/checksum.ts'
import { LensletError } from '../core/errors.ts'
import { type Dataset, dataset, type Split } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import { readSafetensors } from '../model/safetensors/read.ts'
import { writeSafetensors } from '../model/safetensors/write.ts'
import { parse } from '../notation/parse.ts'
import { readCheckpoint } from './checkpoint.ts'
import {
  CheckpointError,
  type MetricsRecord,
  type Progress,
  type TrainOptions,
  type TrainResult,
  train,
} from './index.ts'
import { forge } from './testing/forge.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'

const data = stripes(160)
const models: Model[] = []
const create = async (text = stripeNetwork, threads = 1) => {
  const model = await Model.create(parse(text), { seed: 1, threads })
  models.push(model)
  return model
}

let folder = ''
let path = ''
let metrics = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
  path = join(folder, 'run.checkpoint')
  metrics = join(folder, 'run.jsonl')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

const options: TrainOptions = {
  epochs: 3,
  batch: 16,
  optimizer: { kind: 'adam', rate: 0.01 },
  schedule: 'one-cycle',
  augment: { flip: true, crop: 1 },
  clipNorm: 1,
  labelSmoothing: 0.05,
  seed: 7,
}

async function run(model: Model, more: Partial<TrainOptions> = {}, on: Dataset = data): Promise<TrainResult> {
  let result: TrainResult | undefined
  for await (const progress of train(model, on, { ...options, ...more })) result = progress.result
  return result as TrainResult
}

/** A signal that is aborted after it was looked at this many times: the loop does so before each step, evaluation in between. */
function afterLooks(looks: number): AbortSignal {
  let left = looks
  const reason = new Error('stopped by the test')
  return {
    reason,
    get aborted() {
      return left-- <= 0
    },
    throwIfAborted() {
      if (left-- <= 0) throw reason
    },
  } as Partial<AbortSignal> as AbortSignal
}

const bitsOf = (model: Model) => Buffer.from(model.encode()).toString('base64')
const timeless = (records: readonly MetricsRecord[]) => records.map((record) => ({ ...record, seconds: 0, waited: 0 }))
const readRecords = async () =>
  (await readFile(metrics, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as MetricsRecord)

describe('resuming', () => {
  it('gives the same bits and the same records, wherever it was stopped', async () => {
    const whole = await create()
    const expected = await run(whole, { metrics })
    const expectedRecords = timeless(await readRecords())
    // 30 steps, 3 ends of epochs, evaluations of one portion each: some 36 looks.
    for (const looks of [0, 1, 7, 10, 11, 12, 13, 25, 34, 35]) {
      const files = { checkpoint: { path }, metrics }
      const stopped = await run(await create(), { ...files, signal: afterLooks(looks) })
      expect(stopped.stopped, `${looks} looks`).toBe('aborted')
      expect(stopped.steps).toBeLessThan(31)
      const again = await create(stripeNetwork, looks % 2 === 0 ? 1 : 2)
      again.weights.set('fc1.bias', [9, 9, 9, 9])
      const result = await run(again, { ...files, resume: path })
      expect(bitsOf(again), `${looks} looks`).toBe(bitsOf(whole))
      expect(timeless(result.records)).toEqual(timeless(expected.records))
      expect(timeless(await readRecords())).toEqual(expectedRecords)
      expect(result).toMatchObject({ epochs: 3, steps: 30, trainLoss: expected.trainLoss, testLoss: expected.testLoss })
    }
  })

  it('goes on from bytes, more than once, and from the very end', async () => {
    const whole = await create()
    await run(whole)
    await run(await create(), { checkpoint: { path }, signal: afterLooks(5) })
    await run(await create(), { checkpoint: { path }, signal: afterLooks(3), resume: await readFile(path) })
    expect((await readCheckpoint(path)).state.step).toBe(8)
    for (const time of ['finishes', 'is finished']) {
      const last = await create()
      await run(last, { checkpoint: { path }, resume: path })
      expect(bitsOf(last), time).toBe(bitsOf(whole))
    }
  })

  it('drops what a killed session left behind its last checkpoint', async () => {
    await run(await create(), { checkpoint: { path }, metrics, signal: afterLooks(15) })
    await appendFile(metrics, '{"kind":"step","epoch":2,"st')
    await run(await create(), { resume: path, metrics })
    const records = await readRecords()
    await run(await create(), { metrics })
    expect(timeless(records)).toEqual(timeless(await readRecords()))
  })

  it('may go on for longer where the schedule does not see the end', async () => {
    const steady = { schedule: { kind: 'step', every: 2 } } as const
    const whole = await create()
    await run(whole, { ...steady, epochs: 5 })
    await run(await create(), { ...steady, epochs: 3, checkpoint: { path } })
    const longer = await create()
    await run(longer, { ...steady, epochs: 5, resume: path })
    expect(bitsOf(longer)).toBe(bitsOf(whole))
    await expect(run(await create(), { ...steady, epochs: 2, resume: path })).rejects.toThrow(/ask for more epochs/)
  })

  it('stops early where it would have stopped', async () => {
    const hopeless = { optimizer: { kind: 'sgd', rate: 0 }, epochs: 9, earlyStopping: { patience: 1 } } as const
    const text = stripeNetwork.replace('BN -> ', '')
    const stopped = { stopped: 'early', epochs: 2, steps: 20 }
    expect(await run(await create(text), { ...hopeless, schedule: 'constant' })).toMatchObject(stopped)
    // Killed just after the second epoch was saved: 20 steps and two epochs' ends, each with a look into its evaluation.
    const files = { checkpoint: { path }, schedule: 'constant' } as const
    expect(await run(await create(text), { ...hopeless, ...files, signal: afterLooks(24) })).toMatchObject({
      epochs: 2,
    })
    expect(await run(await create(text), { ...hopeless, ...files, resume: path })).toMatchObject(stopped)
  })

  const saves = async (rule: { everySteps?: number; everySeconds?: number }) => {
    const steps: number[] = []
    const { writeFileAtomic } = platform
    vi.spyOn(platform, 'writeFileAtomic').mockImplementation(async (file, bytes) => {
      await writeFileAtomic(file, bytes)
      steps.push((await readCheckpoint(file)).state.step)
    })
    const said: Progress[] = []
    for await (const progress of train(await create(), data, { ...options, checkpoint: { path, ...rule } }))
      if (progress.checkpoint !== undefined) said.push(progress)
    return { steps, said }
  }

  it('writes at the start, by steps and at each epoch, and says so', async () => {
    const { steps, said } = await saves({ everySteps: 4 })
    expect(steps).toEqual([0, 4, 8, 10, 14, 18, 20, 24, 28, 30])
    // Of those that are written between two turns, one is told.
    expect(new Set(said.map(({ checkpoint }) => checkpoint))).toEqual(new Set([path]))
    expect(said.filter(({ kind }) => kind === 'epoch').map(({ step }) => step)).toEqual([10, 20, 30])
  })

  it('writes by seconds', async () => {
    let now = 0
    // Each look at the clock finds a second gone, and each step looks.
    vi.spyOn(platform, 'now').mockImplementation(() => 1000 * now++)
    const { steps } = await saves({ everySeconds: 1 })
    expect(new Set(steps)).toEqual(new Set(Array.from({ length: 31 }, (_, step) => step)))
    vi.restoreAllMocks()
    expect((await saves({ everySeconds: 3600 })).steps).toEqual([0, 10, 20, 30])
  })
})

const unnamed = ({ height, width, channels, images, labels }: Split) => ({ height, width, channels, images, labels })

describe('a checkpoint is refused', () => {
  const bytes = async () => {
    await run(await create(), { checkpoint: { path }, signal: afterLooks(5) })
    return new Uint8Array(await readFile(path))
  }

  const others: readonly [string, Partial<TrainOptions>, RegExp][] = [
    ['another batch', { batch: 8 }, /batch differs[\s\S]*received: 8[\s\S]*expected: 16/],
    ['another optimizer', { optimizer: { kind: 'adam', rate: 0.02 } }, /optimizer differs[\s\S]*0\.02/],
    ['another schedule', { schedule: 'constant' }, /schedule differs/],
    ['another seed', { seed: 8 }, /seed differs/],
    ['other augmentation', { augment: {} }, /augment differs/],
    ['other smoothing', { labelSmoothing: 0 }, /labelSmoothing differs/],
    ['other clipping', { clipNorm: 2 }, /clipNorm differs/],
    ['other decay', { decay: 'all' }, /decay differs/],
    ['another length of one-cycle', { epochs: 4 }, /schedule differs|epochs differs/],
  ]
  it.each(others)('by a training with %s', async (_, more, message) => {
    const resume = await bytes()
    const model = await create()
    const before = bitsOf(model)
    const call = run(model, { ...more, resume })
    await expect(call).rejects.toThrow(CheckpointError)
    await expect(call).rejects.toThrow(message)
    expect(bitsOf(model)).toBe(before)
  })

  it('by another network, naming where they part', async () => {
    const resume = await bytes()
    const other = await create(stripeNetwork.replace('CONV3-6', 'CONV3-5'))
    await expect(run(other, { resume })).rejects.toThrow(/network differs[\s\S]*"filters":5[\s\S]*"filters":6/)
  })

  it('by other pictures, also where a single byte or the name of a class differs', async () => {
    const resume = await bytes()
    const { normalization } = data
    const other = dataset({ ...stripes(160, 2), normalization })
    await expect(run(await create(), { resume }, other)).rejects.toThrow(/data differs/)
    await expect(run(await create(), { resume }, stripes(176))).rejects.toThrow(CheckpointError)
    for (const at of [0, 1, 4999, data.train.images.length - 1]) {
      const images = data.train.images.slice()
      images[at] = (images[at] as number) ^ 1
      const changed = dataset({ ...data, train: { ...data.train, images }, normalization })
      await expect(run(await create(), { resume }, changed), `${at}`).rejects.toThrow(/data differs[\s\S]*checksum/)
    }
    const renamed = dataset({
      ...data,
      classes: ['a', 'b', 'c', 'd'],
      train: unnamed(data.train),
      test: unnamed(data.test),
    })
    await expect(run(await create(), { resume }, renamed)).rejects.toThrow(/data differs/)
  })

  it('but not by the same pictures in another place, or as checkpoints described them before', async () => {
    const resume = await bytes()
    const moved = { ...data, name: 'moved' }
    const whole = await create()
    await run(whole)
    const again = await create()
    await run(again, { resume }, moved)
    expect(bitsOf(again)).toBe(bitsOf(whole))
    const { identity = '' } = readSafetensors(resume).metadata
    const sample = data.train.images.filter((_, index) => index % 251 === 0)
    const labels = new Uint8Array(Uint16Array.from(data.train.labels).buffer)
    const before = `stripes, 160 training pictures, checksum ${checksum([sample, labels])}`
    const old = forge(resume, { identity: JSON.stringify({ ...JSON.parse(identity), data: before }) })
    await run(await create(), { resume: old })
    await expect(run(await create(), { resume: old }, moved)).rejects.toThrow(/data differs/)
  })

  it('where it is cut short or a bit of it is wrong, wherever', async () => {
    const good = await bytes()
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), fc.boolean(), async (at, bit, cut) => {
        const bad = cut ? good.slice(0, at) : good.slice()
        if (!cut) bad[at] = (bad[at] as number) ^ (1 << bit)
        const error = await readCheckpoint(bad).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        // A bit of a space between header and values may be wrong without harm; nothing else may.
        if (error === undefined) expect(readSafetensors(bad)).toEqual(readSafetensors(good))
        else expect(error).toBeInstanceOf(CheckpointError)
      }),
      { numRuns: 300 },
    )
  })

  it('where it is no checkpoint at all', async () => {
    const model = await create()
    await model.save(path)
    await expect(run(model, { resume: path })).rejects.toThrow(/is not a checkpoint[\s\S]*lenslet.model/)
    await expect(run(model, { resume: new Uint8Array() })).rejects.toThrow(CheckpointError)
    await expect(run(model, { resume: join(folder, 'none') })).rejects.toThrow(LensletError)
    const other = writeSafetensors(new Map(), { format: 'lenslet.checkpoint', version: '99' })
    await expect(run(model, { resume: other })).rejects.toThrow(/lenslet.checkpoint 99/)
  })

  it('where its state is invalid, though the checksum is right', async () => {
    const good = await bytes()
    for (const state of ['{', '[]', '{"step":-1}', '{"step":1e9}']) {
      await expect(run(await create(), { resume: forge(good, { state }) }), state).rejects.toThrow(CheckpointError)
    }
    for (const identity of ['null', '3', '{}', '{"network":7}'])
      await expect(run(await create(), { resume: forge(good, { identity }) }), identity).rejects.toThrow(/differs/)
  })
})
