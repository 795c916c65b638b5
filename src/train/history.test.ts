// Checkpoints of long trainings, of trainings that diverge, and of two trainings at once.
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { LockedError } from '../platform/errors.ts'
import { readCheckpoint } from './checkpoint.ts'
import { DivergedError } from './errors.ts'
import { evaluate } from './evaluate.ts'
import { findRecords, HistoryFile, historyPathOf } from './history.ts'
import { type MetricsRecord, type Progress, type TrainOptions, type TrainResult, train } from './index.ts'
import { goodPathOf } from './saver.ts'
import { historyOf } from './state.ts'
import { forge } from './testing/forge.ts'
import { stripes } from './testing/stripes.ts'

const data = stripes(32)
const network = 'INPUT 8x8x1 -> CONV3-2 -> RELU -> POOL2 -> FC-4'
const models: Model[] = []
const create = async () => {
  const model = await Model.create(parse(network), { seed: 1, threads: 1 })
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
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

const options: TrainOptions = { epochs: 6, batch: 16, optimizer: { kind: 'adam', rate: 0.01 }, schedule: 'constant' }

async function all(model: Model, more: Partial<TrainOptions>, until?: (each: Progress) => boolean) {
  const seen: Progress[] = []
  for await (const progress of train(model, data, { ...options, ...more })) {
    seen.push(progress)
    if (until?.(progress)) break
  }
  return seen
}
const run = async (model: Model, more: Partial<TrainOptions> = {}) =>
  (await all(model, more)).at(-1)?.result as TrainResult
const bitsOf = (model: Model) => Buffer.from(model.encode()).toString('base64')
const timeless = (records: readonly MetricsRecord[]) => records.map((record) => ({ ...record, seconds: 0, waited: 0 }))
/** Ends as if killed after the end of an epoch: the checkpoint is of that epoch. */
const killed = async (epoch: number, more: Partial<TrainOptions> = {}) =>
  all(await create(), { checkpoint: { path }, ...more }, ({ kind, epoch: at }) => kind === 'epoch' && at === epoch)

describe('the records of a training', () => {
  it('do not make its checkpoints larger', async () => {
    const sizeAfter = async (epochs: number) => {
      await run(await create(), { epochs, checkpoint: { path } })
      return (await stat(path)).size
    }
    const short = await sizeAfter(10)
    expect((await stat(historyPathOf(path))).size).toBeGreaterThan(2000)
    // Numbers have a few more digits.
    expect(Math.abs((await sizeAfter(60)) - short)).toBeLessThan(200)
  })

  it('are written once each, however many there are', async () => {
    const record = (index: number): MetricsRecord => ({
      kind: index % 2 === 0 ? 'step' : 'epoch',
      epoch: Math.floor(index / 2) + 1,
      step: index + 1,
      loss: 1 / (index + 1),
      accuracy: 0.5,
      rate: 0.001,
      seconds: index / 3,
    })
    const records: MetricsRecord[] = []
    const file = await HistoryFile.begin(path, records)
    let mark = await file.append(records)
    for (let epoch = 1; epoch <= 40; epoch++) {
      for (let at = 0; at < 850; at++) records.push(record(records.length))
      mark = await file.append(records)
    }
    expect(mark.records).toBe(34_000)
    expect((await readFile(historyPathOf(path), 'utf8')).split('\n')).toHaveLength(34_001)
    const found = await findRecords(mark, [join(folder, 'none'), historyPathOf(path)])
    expect(found).toEqual(records)
    expect(historyOf({ records: found ?? [] })).toHaveLength(17_000)
    const again = await HistoryFile.begin(path, records)
    expect(await again.append(records)).toEqual(mark)
  })

  it.each(['history', 'metrics', 'both'])('are complete after resuming without the file of the %s', async (lost) => {
    const whole = await create()
    const expected = await run(whole, { metrics })
    await killed(3, { metrics })
    if (lost !== 'metrics') await rm(historyPathOf(path))
    if (lost !== 'history') await rm(metrics)
    const model = await create()
    const seen = await all(model, { checkpoint: { path }, metrics, resume: path })
    expect(bitsOf(model)).toBe(bitsOf(whole))
    const result = seen.at(-1)?.result as TrainResult
    expect(result.epochs).toBe(6)
    const notices = seen.flatMap((each) => each.notices ?? [])
    if (lost === 'both') {
      expect(notices).toEqual([expect.stringMatching(/9 records before step 6 were not found/)])
      expect(result.history.map(({ epoch }) => epoch)).toEqual([4, 5, 6])
    } else {
      expect(notices).toEqual([])
      expect(timeless(result.records)).toEqual(timeless(expected.records))
    }
  })

  it('behind the checkpoint are dropped, and damaged ones are not taken', async () => {
    const expected = await run(await create())
    await killed(3)
    const history = historyPathOf(path)
    const text = await readFile(history, 'utf8')
    await writeFile(history, `${text}${text.split('\n')[0]}\n{"kind":"st`)
    const { state } = await readCheckpoint(path)
    expect(await findRecords(state.history, [history])).toHaveLength(9)
    await writeFile(history, text.replace('"epoch":2', '"epoch":1'))
    expect(await findRecords(state.history, [history])).toBeUndefined()
    await writeFile(history, `${text}{"kind":"st`)
    expect(timeless((await run(await create(), { resume: path })).records)).toEqual(timeless(expected.records))
  })

  it('are read from a checkpoint of version 1, which held them', async () => {
    const whole = await create()
    const keep = { keep: 'best' } as const
    const expected = await run(whole, keep)
    await killed(3, keep)
    const bytes = new Uint8Array(await readFile(path))
    const { state } = await readCheckpoint(bytes)
    const { history, epochs: _, lowest: __, best, firstLoss: ___, ...rest } = state
    const records = await findRecords(history, [historyPathOf(path)])
    const first = JSON.stringify({ ...rest, records, best: best?.epoch })
    await rm(historyPathOf(path))
    const model = await create()
    const result = await run(model, { ...keep, resume: forge(bytes, { version: '1', state: first }) })
    expect(bitsOf(model)).toBe(bitsOf(whole))
    expect(timeless(result.records)).toEqual(timeless(expected.records))
    expect(result.best).toEqual(expected.best)
  })
})

describe('a training that diverges', () => {
  it.each(['sgd', 'momentum'] as const)(
    'keeps a checkpoint that does not diverge at once, with %s at rate 1e6',
    async (kind) => {
      const wild = { optimizer: { kind, rate: 1e6 }, epochs: 20, checkpoint: { path, everySteps: 1 } } as const
      const model = await create()
      const started = bitsOf(model)
      const error = await run(model, wild).catch((thrown: unknown) => thrown)
      if (!(error instanceof DivergedError)) throw error
      const { state } = await readCheckpoint(path)
      expect(state.diverged).toEqual({ step: error.step, message: error.message.split('\n')[0] })
      // The weights that the training began with: those after one step are useless already.
      expect(state.step).toBe(0)
      const weights = await create()
      expect(bitsOf(weights)).toBe(started)
      // Resuming says so, takes the same steps, and ends in the same way, with the checkpoint kept.
      for (const _ of [1, 2]) {
        const seen: Progress[] = []
        const again = await create()
        await expect(async () => {
          for await (const each of train(again, data, { ...options, ...wild, resume: path })) seen.push(each)
        }).rejects.toThrow(DivergedError)
        expect(seen[0]?.notices?.[0]).toMatch(/diverged after step \d+ \(.*\) and went back to .* step 0/)
        expect((await readCheckpoint(path)).state.step).toBe(0)
      }
    },
  )

  it('goes back to the last checkpoint with a loss no higher than without training', async () => {
    // The rate rises from almost nothing to far too much.
    const rising = {
      optimizer: { kind: 'sgd', rate: 1000 },
      schedule: { kind: 'one-cycle', start: 0 },
      epochs: 1000,
      checkpoint: { path, everySteps: 1 },
    } as const
    const error = await run(await create(), rising).catch((thrown: unknown) => thrown)
    if (!(error instanceof DivergedError)) throw error
    const { state, tensors } = await readCheckpoint(path)
    expect(state.step).toBeGreaterThan(5)
    expect(state.step).toBeLessThanOrEqual(error.step)
    const model = await create()
    for (const [name, { values }] of tensors) if (!name.includes(':')) model.weights.set(name, values)
    const { loss } = await evaluate(model, data.train, { normalization: data.normalization })
    expect(loss).toBeLessThan(Math.log(4))
    // Goes on from there: at least one step.
    const seen = await all(await create(), { ...rising, resume: path }, ({ step }) => step > state.step)
    expect(seen.at(-1)?.loss).toBeLessThan(Number.POSITIVE_INFINITY)
  })

  it('keeps nothing of another training that was in its place', async () => {
    const calm = await run(await create(), { checkpoint: { path, everySteps: 1 } })
    // Each checkpoint of a training that learns is good, so the one before the last is kept.
    expect((await readCheckpoint(goodPathOf(path))).state.step).toBe(calm.steps - 1)
    const wild = { optimizer: { kind: 'sgd', rate: 1e9 }, checkpoint: { path } } as const
    await expect(run(await create(), wild)).rejects.toThrow(DivergedError)
    expect((await readCheckpoint(path)).state.step).toBe(0)
    expect((await readCheckpoint(goodPathOf(path))).identity.optimizer).toMatchObject({ rate: 1e9 })
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('that gets past the place no longer says so', async () => {
    await killed(2)
    const bytes = new Uint8Array(await readFile(path))
    const { state } = await readCheckpoint(bytes)
    const marked = forge(bytes, { state: JSON.stringify({ ...state, diverged: { step: 6, message: 'NaN' } }) })
    const seen = await all(await create(), { checkpoint: { path }, resume: marked })
    expect(seen.flatMap((each) => each.notices ?? [])).toEqual([expect.stringMatching(/diverged after step 6 \(NaN\)/)])
    expect((await readCheckpoint(path)).state.diverged).toBeUndefined()
  })
})

describe('two trainings', () => {
  it('of one checkpoint: the second is refused, and the first continues', async () => {
    const first = train(await create(), data, { ...options, checkpoint: { path } })
    await first.next()
    const second = await create()
    const before = bitsOf(second)
    await expect(run(second, { checkpoint: { path } })).rejects.toThrow(LockedError)
    await expect(run(second, { checkpoint: { path }, resume: path })).rejects.toThrow(/in use by another training/)
    expect(bitsOf(second)).toBe(before)
    let result: TrainResult | undefined
    for await (const progress of first) result = progress.result
    expect(result?.epochs).toBe(6)
    await run(second, { checkpoint: { path } })
  })

  it('of one file of metrics, and one that was left by break', async () => {
    const first = train(await create(), data, { ...options, metrics })
    await first.next()
    await expect(run(await create(), { metrics })).rejects.toThrow(LockedError)
    await first.return(undefined as never)
    await run(await create(), { metrics })
    expect(await readdir(folder)).toEqual(['run.jsonl'])
  })
})

describe('a checkpoint', () => {
  it('says how its kernels round, and that others do otherwise', async () => {
    await killed(2)
    const { identity } = await readCheckpoint(path)
    expect(identity.rounding).toMatch(/fused|rounded before/)
    vi.stubEnv('LENSLET_VARIANT', 'plain')
    const seen = await all(await create(), { checkpoint: { path }, resume: path })
    const notices = seen.flatMap((each) => each.notices ?? [])
    if (identity.rounding === 'fused multiply–add')
      expect(notices).toEqual([expect.stringMatching(/fused multiply–add, and now it is .*not with the same bits/)])
    else expect(notices).toEqual([])
    expect(seen.at(-1)?.result?.epochs).toBe(6)
  })

  it.runIf(process.platform !== 'win32')('keeps its permissions', async () => {
    await killed(1)
    for (const file of [path, metrics]) {
      await copyFile(path, file).catch(() => {})
      await chmod(file, 0o600)
    }
    await run(await create(), { checkpoint: { path, everySteps: 1 }, resume: path, metrics })
    for (const file of [path, metrics, goodPathOf(path)]) expect((await stat(file)).mode & 0o777, file).toBe(0o600)
  })
})
