/**
 * Many hands on one model (decision 21): predictions, evaluations, trainings, weights that are set, copies, releases and the
 * end, interleaved at random. Every score that comes out belongs to weights that the model had at one moment.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DisposedError } from '../backends/wasm/errors.ts'
import { Random } from '../core/random.ts'
import { dataset } from '../data/dataset.ts'
import { ModelBusyError } from '../model/errors.ts'
import { decodeModel } from '../model/file.ts'
import { Model, trainerOf } from '../model/model.ts'
import type { BackendName } from '../model/options.ts'
import { Order } from '../model/order.ts'
import type { Tensor } from '../model/safetensors.ts'
import { parse } from '../notation/parse.ts'
import { evaluate, train } from './index.ts'

// Two layers, so that weights of two moments in one prediction would show.
const network = parse('INPUT 4x4x2 -> CONV3-8 -> RELU -> FC-3')
const each = 4 * 4 * 2
const classes = ['a', 'b', 'c']
const count = 300
const images = Uint8Array.from({ length: count * each }, (_, i) => (i * 7919) % 256)
const labels = Uint8Array.from({ length: count }, (_, i) => i % 3)
const split = { height: 4, width: 4, channels: 2, images, labels }
const normalization = { mean: [0.5, 0.5], std: [0.25, 0.25] }
const data = dataset({ classes, train: split, test: split, normalization })
const how = { batch: 8, info: { classes, normalization } }

type State = ReadonlyMap<string, Tensor>

// Work goes to the workers where there are any, however small it is.
beforeEach(() => void vi.stubEnv('LENSLET_SHARE', 'always'))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const copy = (model: Model): State =>
  new Map([...model.weights.currents()].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]))

/** Every state of the weights from now on: after each task that may write, and after what is set at once. */
function recordStates(model: Model): State[] {
  const states = [copy(model)]
  const record = () => void states.push(copy(model))
  const write = Order.prototype.write
  vi.spyOn(Order.prototype, 'write').mockImplementation(function recorded(this: Order, task) {
    return write.call(this, async () => {
      const result = await task()
      record()
      return result
    }) as never
  })
  const set = model.weights.set.bind(model.weights)
  model.weights.set = (name, values) => {
    set(name, values)
    record()
  }
  return states
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.prototype.every.call(a, (value, i) => Object.is(value, b[i]))

const sameState = (a: State, b: State) =>
  [...a].every(([name, { values }]) => same(values, (b.get(name) as Tensor).values))

/** What the model gives with each of the states. */
async function withEach<T>(
  states: readonly State[],
  look: (model: Model) => Promise<T>,
  backend: BackendName = 'wasm',
): Promise<T[]> {
  await using checker = await Model.create(network, { ...how, backend, threads: 1 })
  const results: T[] = []
  for (const state of states) {
    for (const [name, tensor] of state) checker.weights.set(name, tensor)
    results.push(await look(checker))
  }
  return results
}

const pictures = (n: number) => Float32Array.from({ length: n * each }, (_, i) => Math.sin(i))

describe.each([
  { backend: 'wasm', threads: 1 },
  { backend: 'wasm', threads: 2 },
  { backend: 'reference', threads: 1 },
] as const)('on %o', (where) => {
  it('calls take effect in their order', async () => {
    await using model = await Model.create(network, { ...how, ...where, seed: 1 })
    const states = [copy(model)]
    const results: Promise<Float32Array>[] = []
    const losses: Promise<number>[] = []
    const copies: Promise<State>[] = []
    const maps: Promise<Float32Array>[] = []
    const bound: Promise<Float32Array>[] = []
    const activations = (of: Model) =>
      of.activations(pictures(3), ['conv1']).then(({ conv1 }) => conv1?.data as Float32Array)
    const filters = async (of: Model) => {
      const program = await of.bind({ batch: 1 })
      const { plan } = program
      const buffer = plan.parameters.find(({ name }) => name === 'fc1.filters')?.buffer as number
      const reading = program.read(buffer)
      await program.dispose()
      return (await reading) as Float32Array
    }
    for (let round = 0; round < 6; round++) {
      results.push(model.predict(pictures(20)))
      losses.push(evaluate(model, data.test).then(({ loss }) => loss))
      copies.push(model.snapshot())
      maps.push(activations(model))
      bound.push(filters(model))
      const name = model.weights.names[round % 4] as string
      const values = model.weights.get(name).map((value) => value + 1 + round)
      model.weights.set(name, values)
      // Taken at the call, and seen at once.
      expect([...model.weights.get(name)]).toEqual([...values])
      const last = states.at(-1) as State
      states.push(new Map([...last].map(([each, t]) => [each, each === name ? { ...t, values: values.slice() } : t])))
      values.fill(99)
    }
    const before = states.slice(0, -1)
    const expected = <T>(look: (checker: Model) => Promise<T>) => withEach(before, look, where.backend)
    expect(await Promise.all(results)).toEqual(await expected((checker) => checker.predict(pictures(20))))
    expect(await Promise.all(losses)).toEqual(
      await expected(async (checker) => (await evaluate(checker, data.test)).loss),
    )
    expect(await Promise.all(maps)).toEqual(await expected(activations))
    expect(await Promise.all(bound)).toEqual(await expected(filters))
    for (const [index, taken] of (await Promise.all(copies)).entries()) {
      expect(sameState(taken, before[index] as State)).toBe(true)
    }
  })
})

describe.each([{ threads: 1 }, { threads: 2 }])('on $threads threads', ({ threads }) => {
  it('a look at the weights that cannot wait is refused while a change waits', async () => {
    await using model = await Model.create(network, { ...how, threads, seed: 1 })
    const trainer = trainerOf(model)
    const program = await trainer.hold({ batch: 8, goal: { kind: 'training' } })
    const bias = program.plan.parameters.find(({ name }) => name === 'fc1.bias')?.buffer as number
    const change = (values: number[]) => trainer.change(program, async () => program.write(bias, values))
    const running: Promise<unknown>[] = [model.predict(pictures(20)), change([7, 7, 7])]
    model.weights.set('conv1.bias', new Float32Array(8).fill(1))
    // What was set last is known; what the change leaves is not.
    expect([...model.weights.get('conv1.bias')]).toEqual(new Array(8).fill(1))
    expect(() => model.weights.get('fc1.bias')).toThrow(ModelBusyError)
    expect(() => model.weights.tensors()).toThrow(ModelBusyError)
    expect(() => model.encode()).toThrow(ModelBusyError)
    const taken = model.snapshot()
    running.push(change([8, 8, 8]))
    expect(() => model.weights.get('conv1.bias')).toThrow(ModelBusyError)
    await Promise.all(running)
    expect([...((await taken).get('fc1.bias')?.values ?? [])]).toEqual([7, 7, 7])
    expect([...((await taken).get('conv1.bias')?.values ?? [])]).toEqual(new Array(8).fill(1))
    expect([...model.weights.get('fc1.bias')]).toEqual([8, 8, 8])
  })

  it('an evaluation during a training sees the weights of one moment', async () => {
    await using model = await Model.create(network, { ...how, threads, seed: 1 })
    const states = recordStates(model)
    const found: Promise<number>[] = []
    for await (const _ of train(model, data, { epochs: 2, batch: 25, optimizer: { kind: 'sgd', rate: 0.05 } })) {
      found.push(evaluate(model, data.test).then(({ loss }) => loss))
    }
    const losses = await Promise.all(found)
    expect(losses.length).toBeGreaterThan(1)
    const possible = await withEach(states, async (checker) => (await evaluate(checker, data.test)).loss)
    for (const loss of losses) expect(possible).toContain(loss)
  })

  it.each([1, 2, 3, 4, 103, 106])('any interleaving, seed %i', { timeout: 60_000 }, async (seed) => {
    const random = Random.seeded(seed, 'races')
    const model = await Model.create(network, { ...how, threads, seed })
    const states = recordStates(model)
    const scores: { readonly n: number; readonly values: Float32Array }[] = []
    const losses: number[] = []
    const copies: State[] = []
    let isDisposed = false
    let refused = 0
    let trainings = 0
    const learn = async () => {
      let trained = false
      for await (const progress of train(model, data, {
        epochs: 1,
        batch: 50,
        optimizer: { kind: 'sgd', rate: 0.1 },
      })) {
        if (!trained) trainings++
        trained = true
        if (progress.kind === 'step' && random.next() < 0.1) break
      }
    }
    const actions: (() => unknown)[] = [
      async () => {
        const n = 1 + random.integer(20)
        scores.push({ n, values: await model.predict(pictures(n)) })
      },
      async () => losses.push((await evaluate(model, data.test)).loss),
      async () => copies.push(await model.snapshot()),
      () => copies.push(decodeModel(model.encode()).tensors),
      () => copies.push(model.weights.tensors()),
      () => {
        const name = model.weights.names[random.integer(4)] as string
        const { length } = (states[0] as State).get(name)?.values ?? []
        model.weights.set(
          name,
          Float32Array.from({ length }, () => random.normal()),
        )
      },
      async () => {
        const { conv1 } = await model.activations(pictures(3), ['conv1', 'fc1'])
        expect(conv1?.shape).toEqual([3, 4, 4, 8])
      },
      () => model.release(),
      learn,
      learn,
    ]
    const running: Promise<unknown>[] = []
    const allowed = (error: unknown) => {
      if (error instanceof ModelBusyError) refused++
      // A training whose memory was released, or that was under way when the model was disposed of.
      else if (!(error instanceof DisposedError)) throw error
    }
    const start = (action: () => unknown) => {
      running.push(new Promise((resolve) => resolve(action())).catch(allowed))
    }
    for (let step = 0; step < 60; step++) {
      start(actions[random.integer(actions.length)] as () => unknown)
      const waits = random.integer(4)
      if (waits === 1) await Promise.resolve()
      if (waits === 2) await new Promise((resolve) => setImmediate(resolve))
      if (waits === 3) await running[random.integer(running.length)]
    }
    // What was asked for before ends well.
    const last = model.predict(pictures(20))
    const lastLoss = evaluate(model, data.test)
    const end = model.dispose().then(() => {
      isDisposed = true
    })
    await expect(model.predict(pictures(1))).rejects.toThrow(DisposedError)
    scores.push({ n: 20, values: await last })
    losses.push((await lastLoss).loss)
    await Promise.all([end, ...running])
    expect(isDisposed).toBe(true)

    const one = await withEach(states, (checker) => checker.predict(pictures(20)))
    for (const { n, values } of scores) {
      // The same bits in any batch.
      expect(one.some((all) => same(all.subarray(0, n * 3), values))).toBe(true)
    }
    const possible = await withEach(states, async (checker) => (await evaluate(checker, data.test)).loss)
    for (const loss of losses) expect(possible).toContain(loss)
    for (const taken of copies) expect(states.some((state) => sameState(state, taken))).toBe(true)
    expect(trainings + refused).toBeGreaterThan(0)
  })
})
