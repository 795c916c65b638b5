/** The memory of a training: one arena, in which the model predicts as well, and what happens when it is taken away. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { DisposedError } from '../backends/wasm/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { type Progress, type TrainOptions, train } from './index.ts'
import { planOptionsOf, resolveSettings } from './options.ts'
import { stripes } from './testing/stripes.ts'

const network = parse('INPUT 8x8x1 -> CONV3-8 -> BN -> RELU -> CONV3-8 -> BN -> RELU -> POOL2 -> DROPOUT 0.2 -> FC-4')
const data = stripes(96)
const options: TrainOptions = { epochs: 3, batch: 16, optimizer: { kind: 'momentum', rate: 0.05 }, clipNorm: 3 }
/** Changes nothing but statistics. */
const still: TrainOptions = { ...options, optimizer: { kind: 'sgd', rate: 0 } }
const arenaBytes = (model: Model, more: Partial<TrainOptions> = {}) =>
  model.planFor(planOptionsOf(resolveSettings(model, data, { ...options, ...more }))).arenaBytes

const pictures = Float32Array.from({ length: 21 * 64 }, (_, i) => Math.sin(i * i))
const bitsOf = (model: Model) => Buffer.from(model.encode()).toString('base64')

// Work goes to the workers where there are any, however small it is.
beforeEach(() => void vi.stubEnv('LENSLET_SHARE', 'always'))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe.each([
  { backend: 'wasm', threads: 1 },
  { backend: 'wasm', threads: 2 },
  { backend: 'reference', threads: 1 },
] as const)('a training on %o', (how) => {
  const create = () => Model.create(network, { seed: 1, batch: 8, ...how })

  /** Trains a new model; `each` may do something with it at every turn. */
  async function trained(each: (model: Model, progress: Progress) => Promise<void> | void = () => {}) {
    await using model = await create()
    for await (const progress of train(model, data, options)) await each(model, progress)
    return bitsOf(model)
  }

  it('holds the memory that its plan says, evaluation included, until it is released', async () => {
    await using model = await create()
    await model.predict(pictures)
    const expected = arenaBytes(model)
    expect(expected).not.toBe(model.allocatedBytes)
    const seen: number[] = []
    for await (const { kind } of train(model, data, options)) {
      seen.push(model.allocatedBytes)
      if (kind === 'epoch') await model.predict(pictures)
      seen.push(model.allocatedBytes)
    }
    expect(new Set(seen)).toEqual(new Set([expected]))
    await model.predict(pictures)
    expect(model.allocatedBytes).toBe(expected)
    await model.release()
    await model.predict(pictures)
    expect(model.allocatedBytes).toBe(model.plan.arenaBytes)
  })

  it('predicts as a model with the same weights does, and ends with the same bits as without', async () => {
    const expected = await trained()
    let compared = 0
    const bits = await trained(async (model, { kind }) => {
      if (kind === 'step') return
      await using other = await create()
      for (const name of model.weights.names) other.weights.set(name, model.weights.get(name))
      for (const count of [1, 5, 21]) {
        const some = pictures.subarray(0, count * 64)
        const [scores, expected] = [await model.predict(some), await other.predict(some)]
        // The reference trains in float64, and what `weights` gives is rounded: some 40 terms for each score, below 8 all.
        const tolerance = how.backend === 'wasm' ? 0 : 8 * 40 * 2 ** -24
        expect(scores.length).toBe(count * 4)
        for (const [i, score] of scores.entries())
          expect(Math.abs(score - (expected[i] as number)), `${count} images`).toBeLessThanOrEqual(tolerance)
        compared++
      }
    })
    expect(compared).toBe(12)
    expect(bits).toBe(expected)
  })

  it('is not disturbed by what is asked for at the same time', async () => {
    const expected = await trained()
    const asked: Promise<unknown>[] = []
    // A turn at each step.
    let now = 0
    vi.spyOn(platform, 'now').mockImplementation(() => 200 * now++)
    const bits = await trained((model, { kind }) => {
      if (kind === 'done') return Promise.all(asked).then(() => {})
      asked.push(model.predict(pictures))
      if (kind === 'epoch') asked.push(model.bind({ batch: 2, mode: 'gradients' }).then((other) => other.dispose()))
      return undefined
    })
    expect(asked.length).toBeGreaterThan(20)
    expect(bits).toBe(expected)
  })

  it('goes on with a weight that is set meanwhile', async () => {
    await using model = await create()
    for await (const { kind, epoch } of train(model, data, still)) {
      if (kind === 'epoch' && epoch === 1) {
        model.weights.set('fc1.bias', [1, 2, 3, 4])
        model.weights.set('bn1.mean', [9, 9, 9, 9, 9, 9, 9, 9])
      }
    }
    expect([...model.weights.get('fc1.bias')]).toEqual([1, 2, 3, 4])
    // Twelve steps have moved it by a tenth each towards means near 0: from 9 to 9·0.9¹².
    for (const mean of model.weights.get('bn1.mean')) expect(Math.abs(mean - 9 * 0.9 ** 12)).toBeLessThan(2)
  })

  it('ends where its memory is released, and its weights are kept', async () => {
    const plain = parse('INPUT 8x8x1 -> CONV3-8 -> RELU -> FC-4')
    await using model = await Model.create(plain, { seed: 1, batch: 8, ...how })
    let kept = ''
    const call = (async (): Promise<void> => {
      for await (const { kind } of train(model, data, still)) {
        if (kind !== 'epoch') continue
        await model.release()
        kept = bitsOf(model)
      }
    })()
    await expect(call).rejects.toThrow(DisposedError)
    await expect(call).rejects.toThrow(/memory of this training was released/)
    expect(kept).not.toBe('')
    expect(bitsOf(model)).toBe(kept)
    expect(await model.predict(pictures)).toHaveLength(84)
  })

  it('may be left after the model was disposed of', async () => {
    const model = await create()
    for await (const { kind } of train(model, data, options)) {
      if (kind !== 'epoch') continue
      await model.dispose()
      break
    }
    expect(model.allocatedBytes).toBe(0)
    const other = await create()
    const call = (async (): Promise<void> => {
      for await (const { kind } of train(other, data, options)) if (kind === 'epoch') await other.dispose()
    })()
    await expect(call).rejects.toThrow(/model was disposed of/)
  })
})

it('a training allocates one memory of WebAssembly and no other', async () => {
  await using model = await Model.create(network, { batch: 8, threads: 1 })
  // What finds out which kernels are the best here runs once in a process.
  await model.predict(pictures)
  const { Memory } = WebAssembly
  const allocated: number[] = []
  vi.spyOn(WebAssembly, 'Memory').mockImplementation(function count(descriptor): WebAssembly.Memory {
    allocated.push(descriptor.initial * 65536)
    return new Memory(descriptor)
  })
  for await (const { kind } of train(model, data, options)) if (kind === 'epoch') await model.predict(pictures)
  expect(allocated).toEqual([arenaBytes(model)])
})
