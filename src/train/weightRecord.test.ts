// What is recorded of weights: against the definitions, without a change of the training, and the same after a resumption.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { train } from './loop.ts'
import type { TrainOptions } from './options.ts'
import type { TrainResult } from './progress.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'
import { summaryOf, type WeightsRecord } from './weightRecord.ts'

let place = ''
const models: Model[] = []
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-weights-'))
})
afterAll(async () => {
  await Promise.all(models.map((model) => model.dispose()))
  await rm(place, { recursive: true })
})

const create = async () => {
  const model = await Model.create(parse(stripeNetwork), { threads: 1, seed: 3 })
  models.push(model)
  return model
}
const data = stripes(40)
/** Two epochs of four steps. */
const options = { epochs: 2, batch: 10, optimizer: 'adam', watchWeights: true } as const satisfies TrainOptions
const weightsOf = ({ records }: Pick<TrainResult, 'records'>) =>
  records.filter((record): record is WeightsRecord => record.kind === 'weights')

async function run(model: Model, more: Partial<TrainOptions> = {}): Promise<TrainResult> {
  let result: TrainResult | undefined
  for await (const progress of train(model, data, { ...options, ...more })) result = progress.result
  return result as TrainResult
}

describe('a summary of weights', () => {
  it('follows its definitions', () => {
    const random = Random.seeded(1, 'weights')
    const before = Float32Array.from({ length: 1000 }, () => random.normal())
    const after = before.map((value) => value + 1e-3 * random.normal())
    const { name, norm, ratio, min, max, mean, deviation, counts } = summaryOf('w', [10, 100], before, after)
    const norm2 = (values: readonly number[]) => Math.hypot(...values)
    // Six digits are kept.
    expect([name, norm]).toEqual(['w', expect.closeTo(norm2([...before]), 3)])
    const change = norm2([...after].map((value, i) => value - (before[i] as number)))
    expect((ratio as number) / (change / norm2([...before]))).toBeCloseTo(1, 4)
    expect([min, max]).toEqual([Math.min(...after), Math.max(...after)])
    const average = after.reduce((a, b) => a + b, 0) / 1000
    expect(mean).toBeCloseTo(average, 6)
    expect(deviation).toBeCloseTo(Math.sqrt(after.reduce((sum, x) => sum + (x - average) ** 2, 0) / 1000), 4)
    const expected = new Array<number>(32).fill(0)
    for (const value of after) {
      const range = Math.min(31, Math.floor((32 * (value - min)) / (max - min)))
      expected[range] = (expected[range] as number) + 1
    }
    expect(counts).toEqual(expected)
  })

  it('of weights that are all the same, and of zeros', () => {
    const same = new Float32Array(7).fill(0.5)
    expect(summaryOf('w', [7], same, same)).toMatchObject({ ratio: 0, min: 0.5, max: 0.5, deviation: 0, counts: [7] })
    expect(summaryOf('w', [7], new Float32Array(7), same)).not.toHaveProperty('ratio')
  })
})

describe('a training that watches its weights', () => {
  it('records them at the last step of each epoch, and ends with the same bits', async () => {
    const [watched, plain] = [await create(), await create()]
    const result = await run(watched)
    await run(plain, { watchWeights: false })
    expect(Buffer.from(watched.encode())).toEqual(Buffer.from(plain.encode()))
    expect(weightsOf(result).map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 4],
      [2, 8],
    ])
    // Learned weights, not running statistics.
    expect(weightsOf(result)[0]?.weights.map(({ name }) => name)).toEqual([
      'conv1.filters',
      'conv1.bias',
      'bn1.scale',
      'bn1.shift',
      'fc1.filters',
      'fc1.bias',
    ])
    const fc1 = weightsOf(result)[1]?.weights.find(({ name }) => name === 'fc1.filters')
    const values = watched.weights.get('fc1.filters')
    expect([fc1?.min, fc1?.max]).toEqual([Math.min(...values), Math.max(...values)])
    expect(fc1?.counts.reduce((a, b) => a + b)).toBe(values.length)
  })

  it('relates what one step changes to the weights before it', async () => {
    const model = await create()
    const before = model.weights.get('conv1.filters').slice()
    const [record] = weightsOf(await run(model, { epochs: 1, batch: 40 }))
    const after = model.weights.get('conv1.filters')
    const ratio = Math.hypot(...after.map((value, i) => value - (before[i] as number))) / Math.hypot(...before)
    expect((record?.weights[0]?.ratio as number) / ratio).toBeCloseTo(1, 4)
  })

  it('leaves out frozen layers', async () => {
    const [record] = weightsOf(await run(await create(), { frozen: ['conv1', 'bn1'] }))
    expect(record?.weights.map(({ name }) => name)).toEqual(['fc1.filters', 'fc1.bias'])
  })

  it('has the same records after it was stopped at any step and resumed', async () => {
    const expected = weightsOf(await run(await create()))
    for (const stop of [3, 4, 5]) {
      const checkpoint = { path: join(place, `stopped-${stop}`), everySteps: 1 }
      let steps = 0
      const signal = {
        get aborted() {
          return steps++ >= stop
        },
        throwIfAborted() {},
      } as Partial<AbortSignal> as AbortSignal
      const stopped = await run(await create(), { checkpoint, signal })
      expect(stopped.stopped).toBe('aborted')
      const resumed = await run(await create(), { checkpoint, resume: checkpoint.path })
      expect(weightsOf(resumed)).toEqual(expected)
    }
  })
})
