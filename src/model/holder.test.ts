/** Where a model's memory is: none before it runs, one arena at a time, the weights in it, and arrays of their own after. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { DisposedError } from '../backends/wasm/errors.ts'
import { Random } from '../core/random.ts'
import { parse } from '../notation/parse.ts'
import { Model, type ModelOptions } from './index.ts'

const network = parse('INPUT 6x5x2 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-3')
const pictures = (count: number) => {
  const random = Random.seeded(1, 'pictures')
  return Float32Array.from({ length: count * 6 * 5 * 2 }, () => random.normal())
}
const valuesOf = ({ weights }: Model) => weights.names.map((name) => [...weights.get(name)])
/** Of the memory that the values of each weight are in. */
const memories = ({ weights }: Model) => new Set(weights.names.map((name) => weights.get(name).buffer.byteLength))

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
] as const)('a model on %o', (how) => {
  const create = (more: ModelOptions = {}) => Model.create(network, { seed: 3, batch: 4, ...how, ...more })

  it('allocates nothing before it runs, then what its plan says', async () => {
    await using model = await create({ batch: 9 })
    expect(model.allocatedBytes).toBe(0)
    const expected = model.description
    await model.predict(pictures(1))
    expect(model.allocatedBytes).toBe(model.plan.arenaBytes)
    expect(model.description).toBe(expected)
    await model.predict(pictures(20))
    expect(model.allocatedBytes).toBe(model.plan.arenaBytes)
  })

  it('gives the same weights before and after a run, from views that stay readable', async () => {
    await using model = await create()
    const early = model.weights.get('conv1.filters')
    const before = [...early]
    const all = valuesOf(model)
    await model.predict(pictures(2))
    expect(valuesOf(model)).toEqual(all)
    const during = model.weights.get('conv1.filters')
    await model.release()
    expect(valuesOf(model)).toEqual(all)
    expect([...early]).toEqual(before)
    expect([...during]).toEqual(before)
    expect(during.shape).toEqual([3, 3, 2, 4])
  })

  it('starts with the same weights whether they are first read, set or used', async () => {
    await using read = await create()
    const expected = valuesOf(read)
    await using used = await create()
    await used.predict(pictures(1))
    expect(valuesOf(used)).toEqual(expected)
    await using set = await create()
    set.weights.set('fc1.bias', [1, 2, 3])
    await set.predict(pictures(1))
    expect(valuesOf(set).slice(0, -1)).toEqual(expected.slice(0, -1))
    expect([...set.weights.get('fc1.bias')]).toEqual([1, 2, 3])
    expect(Buffer.compare(used.encode(), read.encode())).toBe(0)
  })

  it('computes with what is set, at any time, statistics and prepared filters included', async () => {
    const changes = [
      ['bn1.mean', [1, -1, 0.5, 2]],
      ['bn1.variance', [4, 1, 0.25, 9]],
      ['conv1.filters', Array.from({ length: 72 }, (_, i) => Math.sin(i))],
      ['fc1.bias', [3, 2, 1]],
    ] as const
    await using model = await create()
    for (const [name, values] of changes) {
      const before = await model.predict(pictures(3))
      model.weights.set(name, values)
      expect([...model.weights.get(name)], name).toEqual([...Float32Array.from(values)])
      const after = await model.predict(pictures(3))
      expect(after, name).not.toEqual(before)
      // A model that had these weights from the start.
      await using other = await create()
      for (const each of model.weights.names) other.weights.set(each, model.weights.get(each))
      expect(await other.predict(pictures(3)), name).toEqual(after)
    }
  })

  it('is released, and predicts the same again', async () => {
    await using model = await create()
    await model.release()
    const scores = await model.predict(pictures(5))
    model.weights.set('fc1.bias', [1, 1, 1])
    const other = await model.predict(pictures(5))
    await model.release()
    expect(model.allocatedBytes).toBe(0)
    expect(await model.predict(pictures(5))).toEqual(other)
    await model.release()
    model.weights.set('fc1.bias', [0, 0, 0])
    expect(await model.predict(pictures(5))).toEqual(scores)
    // Released while it computes: the run is waited for.
    const [last] = await Promise.all([model.predict(pictures(5)), model.release()])
    expect(last).toEqual(scores)
    expect(model.allocatedBytes).toBe(0)
  })

  it('binds other plans with the weights as they are, beside its own', async () => {
    await using model = await create()
    model.weights.set('fc1.bias', [5, 6, 7])
    for (const when of ['before a run', 'after one', 'after a release']) {
      const program = await model.bind({ batch: 2, mode: 'gradients' })
      expect(program.plan.parameters.map(({ name }) => name)).toEqual(model.weights.names)
      for (const { name, buffer } of program.plan.parameters)
        expect([...(await program.read(buffer))], `${name}, ${when}`).toEqual([...model.weights.get(name)])
      expect(program.allocatedBytes).toBe(model.planFor({ batch: 2, mode: 'gradients' }).arenaBytes)
      // What is written there is not the model's.
      program.write(program.plan.parameters[0]?.buffer as number, new Float32Array(72))
      expect(model.weights.get('conv1.filters').some((value) => value !== 0)).toBe(true)
      await program.dispose()
      if (when === 'before a run') await model.predict(pictures(1))
      else await model.release()
    }
  })

  it('cannot be used after dispose', async () => {
    const model = await create()
    await model.predict(pictures(1))
    const running = model.predict(pictures(2))
    await Promise.all([model.dispose(), model.dispose()])
    expect(await running).toHaveLength(6)
    expect(model.allocatedBytes).toBe(0)
    expect(() => model.weights.get('fc1.bias')).toThrow(DisposedError)
    expect(() => model.weights.set('fc1.bias', [1, 2, 3])).toThrow(DisposedError)
    expect(() => model.weights.tensors()).toThrow(DisposedError)
    expect(() => model.encode()).toThrow(DisposedError)
    await expect(model.predict(pictures(1))).rejects.toThrow(DisposedError)
    await expect(model.bind({ mode: 'gradients' })).rejects.toThrow(DisposedError)
    await expect(model.release()).rejects.toThrow(DisposedError)
    await expect(model.save('/nowhere')).rejects.toThrow(DisposedError)
  })
})

describe('the weights', () => {
  it('are made in the arena, not beside it', async () => {
    const before = process.memoryUsage().arrayBuffers
    // 2048·2048 weights, 16 MiB. Node counts WebAssembly's memory elsewhere.
    await using model = await Model.create(parse('INPUT 16x16x8 -> FC-2048'), {
      batch: 1,
      threads: 1,
      initial: 'zeros',
    })
    await model.predict(new Float32Array(2048))
    expect(model.allocatedBytes).toBeGreaterThan(2 ** 24)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22)
  })

  it('are in the arena while there is one, and nowhere else', async () => {
    await using model = await Model.create(network, { batch: 4, threads: 1 })
    const own = memories(model)
    expect(own).not.toContain(model.plan.arenaBytes)
    await model.predict(pictures(1))
    expect(memories(model)).toEqual(new Set([model.plan.arenaBytes]))
    const [buffer, ...others] = new Set(model.weights.names.map((name) => model.weights.get(name).buffer))
    expect(others).toEqual([])
    // Setting writes there.
    model.weights.set('fc1.bias', [1, 2, 3])
    expect(model.weights.get('fc1.bias').buffer).toBe(buffer)
    await model.release()
    expect(memories(model)).toEqual(own)
  })

  it('stay where they are when no memory can be allocated', async () => {
    await using model = await Model.create(network, { batch: 4, threads: 1, seed: 3 })
    const scores = await model.predict(pictures(2))
    const all = valuesOf(model)
    vi.spyOn(WebAssembly, 'Memory').mockImplementationOnce(function refuse() {
      throw new RangeError('could not allocate memory')
    })
    await model.release()
    await expect(model.predict(pictures(2))).rejects.toThrow(/did not give/)
    vi.restoreAllMocks()
    expect(valuesOf(model)).toEqual(all)
    expect(await model.predict(pictures(2))).toEqual(scores)
  })
})

describe('workers that were started early', () => {
  it.each([
    ['disposes of it', async (model: Model) => model.dispose()],
    [
      'runs',
      async (model: Model) => {
        await model.predict(pictures(1))
        await model.dispose()
      },
    ],
  ] as const)('are ended once when the model %s', async (_, use) => {
    vi.spyOn(platform, 'parallelism').mockReturnValue(2)
    const end = vi.fn(async () => {})
    vi.spyOn(platform, 'spareWorkers').mockReturnValue(end)
    const model = await Model.create(network, { threads: 2 })
    expect(end).not.toHaveBeenCalled()
    await use(model)
    expect(end).toHaveBeenCalledOnce()
  })
})
