/** What a model holds is freed in any moment and whatever is thrown on the way. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { DisposedError } from '../backends/wasm/errors.ts'
import { WasmProgram } from '../backends/wasm/program.ts'
import { dataset } from '../data/dataset.ts'
import { parse } from '../notation/parse.ts'
import { train } from '../train/loop.ts'
import { Model } from './model.ts'

const network = parse('INPUT 6x5x2 -> CONV3-4 -> POOL2 -> FC-3')
const pictures = (count: number) => new Float32Array(count * 60).fill(0.5)
const split = { height: 6, width: 5, channels: 2, labels: [0, 1, 2, 0], images: new Uint8Array(240) }
const data = dataset({ classes: ['a', 'b', 'c'], train: split, test: split })

/** Workers that are alive: as many as were started less those that were ended. */
function watchWorkers() {
  const start = platform.startWorker
  let alive = 0
  vi.spyOn(platform, 'startWorker').mockImplementation((main, events) => {
    const worker = start(main, events)
    alive++
    let ended = false
    return {
      ...worker,
      terminate: async () => {
        if (!ended) alive--
        ended = true
        await worker.terminate()
      },
    }
  })
  return { alive: () => alive }
}

// Work goes to the workers where there are any, however small it is.
beforeEach(() => void vi.stubEnv('LENSLET_SHARE', 'always'))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('no worker is left', () => {
  const create = () => Model.create(network, { threads: 2, batch: 4 })

  it('when the model is disposed of in the loop of its training', async () => {
    const { alive } = watchWorkers()
    let most = 0
    for (let i = 0; i < 10; i++) {
      const model = await create()
      for await (const _ of train(model, data, { epochs: 9, batch: 2 })) {
        most = Math.max(most, alive())
        await model.dispose()
        break
      }
    }
    expect(most).toBeGreaterThan(0)
    expect(alive()).toBe(0)
  })

  it('when it is disposed of there, and the loop goes on', async () => {
    const { alive } = watchWorkers()
    const model = await create()
    const loop = async () => {
      for await (const _ of train(model, data, { epochs: 9, batch: 2 })) await model.dispose()
    }
    await expect(loop()).rejects.toThrow(DisposedError)
    expect(alive()).toBe(0)
  })

  it('when the body of the loop throws', async () => {
    const { alive } = watchWorkers()
    const loop = async () => {
      await using model = await create()
      for await (const _ of train(model, data, { epochs: 9, batch: 2 })) throw new Error('mine')
    }
    await expect(loop()).rejects.toThrow('mine')
    expect(alive()).toBe(0)
  })

  it('when the weights cannot be fetched, or moved into memory of their own', async () => {
    const { alive } = watchWorkers()
    const model = await create()
    await model.predict(pictures(2))
    const before = model.weights.tensors()
    vi.spyOn(Float32Array.prototype, 'slice').mockImplementationOnce(() => {
      throw new RangeError('Array buffer allocation failed')
    })
    await expect(model.release()).rejects.toThrow('allocation failed')
    // The weights are where they were, and the model still works.
    expect(model.weights.tensors()).toEqual(before)
    await model.predict(pictures(2))
    await model.dispose()
    expect(alive()).toBe(0)
  })

  it('when the program throws as it is disposed of: what was started early is ended all the same', async () => {
    const end = vi.fn(async () => {})
    vi.spyOn(platform, 'parallelism').mockReturnValue(2)
    vi.spyOn(platform, 'spareWorkers').mockReturnValue(end)
    const model = await create()
    vi.spyOn(WasmProgram.prototype, 'dispose').mockRejectedValueOnce(new Error('no'))
    const bind = model.predict(pictures(1)).catch(() => {})
    await bind
    await expect(model.dispose()).rejects.toThrow('no')
    expect(end).toHaveBeenCalledOnce()
    expect(() => model.weights.get('fc1.bias')).toThrow(DisposedError)
  })

  it('when the weights do not go into a program that was just bound', async () => {
    const { alive } = watchWorkers()
    const model = await create()
    vi.spyOn(WasmProgram.prototype, 'view').mockImplementationOnce(() => {
      throw new Error('no view')
    })
    await expect(model.predict(pictures(1))).rejects.toThrow('no view')
    expect(alive()).toBe(0)
    expect(model.allocatedBytes).toBe(0)
    // Not a program that holds a part of the weights.
    await using other = await create()
    expect(await model.predict(pictures(3))).toEqual(await other.predict(pictures(3)))
    await model.dispose()
  })
})

it('dispose waits for what was asked for before, of whatever kind', async () => {
  const info = { normalization: { mean: [0, 0, 0], std: [1, 1, 1] } }
  const colored = parse('INPUT 6x5x3 -> CONV3-4 -> POOL2 -> FC-3')
  const model = await Model.create(colored, { threads: 2, batch: 4, info })
  const picture = { data: new Uint8Array(90), width: 5, height: 6, channels: 3 } as const
  const values = (count: number) => new Float32Array(count * 90)
  // More than are decoded at a time.
  const many = Array.from({ length: 40 }, () => picture)
  const asked = [
    model.predict(values(9)),
    model.classify(many),
    model.activations(values(2), ['conv1']),
    model.snapshot(),
    model.release(),
    model.classify(picture),
  ]
  model.weights.set('fc1.bias', [1, 2, 3])
  const results = Promise.all(asked)
  const disposal = model.dispose()
  // Refused from now on, also while it waits.
  expect(() => model.weights.set('fc1.bias', [1, 2, 3])).toThrow(DisposedError)
  expect(() => model.weights.get('fc1.bias')).toThrow(DisposedError)
  expect(() => model.encode()).toThrow(DisposedError)
  await disposal
  expect(await results).toHaveLength(asked.length)
  for (const late of [model.snapshot(), model.classify(picture), model.predict(values(1))]) {
    await expect(late).rejects.toThrow(DisposedError)
  }
})
