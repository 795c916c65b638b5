// What predict, activations and bind take, and that what they were given may change afterwards.

import { expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { parse } from '../notation/parse.ts'
import { Model } from './model.ts'

const network = parse('INPUT 2x2x1 -> FC-4 -> RELU -> FC-2')
const create = (batch = 32) => Model.create(network, { seed: 1, batch, threads: 1 })
const frame = () => new Float32Array([1, 2, 3, 4])

it('takes the values at the call: before it first ran, idle, queued, and in several runs', async () => {
  const model = await create(2)
  const expected = await (await create(2)).predict(frame())
  const many = () => Float32Array.from({ length: 5 * 4 }, (_, i) => (i % 4) + 1)
  const calls: Promise<Float32Array>[] = []
  const ask = (values: Float32Array) => {
    calls.push(model.predict(values))
    values.fill(0)
  }
  ask(frame())
  await calls[0]
  ask(frame())
  ask(frame())
  ask(many())
  ask(many())
  await calls.at(-1)
  ask(many())
  const results = await Promise.all(calls)
  for (const scores of results)
    for (let i = 0; i < scores.length; i += 2) expect([...scores.subarray(i, i + 2)]).toEqual([...expected])
  expect(results.map(({ length }) => length)).toEqual([2, 2, 2, 10, 10, 10])
  await model.dispose()
})

it.each<[string, unknown, RegExp]>([
  ['a list', [1, 2, 3, 4], /a list of 4 values[\s\S]*Float32Array\.from/],
  ['a Uint8Array', new Uint8Array(4), /a Uint8Array of 4 values[\s\S]*classify/],
  ['a Buffer', Buffer.alloc(4), /a Buffer of 4 values[\s\S]*classify/],
  ['a Float64Array', new Float64Array(4), /a Float64Array of 4 values[\s\S]*Float32Array\.from/],
  ['an ArrayBuffer', new ArrayBuffer(16), /an? ArrayBuffer/],
  ['a path', 'a.png', /the string "a\.png"[\s\S]*classify/],
  ['nothing', undefined, /undefined/],
  ['no values', new Float32Array(0), /not a whole number of images[\s\S]*0 values/],
  ['half an image', new Float32Array(6), /6 values[\s\S]*a multiple of 4/],
  ['NaN', new Float32Array([1, 2, 3, 4, 1, Number.NaN, 3, 4]), /NaN as value 1 of image 1/],
  ['Infinity', new Float32Array([1, 2, Number.POSITIVE_INFINITY, 4]), /Infinity as value 2 of image 0/],
  ['−Infinity', new Float32Array([Number.NEGATIVE_INFINITY, 2, 3, 4]), /-Infinity as value 0 of image 0/],
])('refuses %s by name', async (_, pictures, message) => {
  const model = await create()
  for (const refused of [
    model.predict(pictures as Float32Array),
    model.activations(pictures as Float32Array, ['fc1']),
  ]) {
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toBeInstanceOf(ArgumentError)
  }
  await model.dispose()
})

it('takes the greatest and the smallest numbers', async () => {
  const model = await create()
  await model.predict(new Float32Array([3.4e38, -3.4e38, 1e-45, -0]))
  await model.dispose()
})

it('refuses unknown options and another kind of array to write to', async () => {
  const model = await create()
  await expect(model.predict(frame(), { int: 1 } as object)).rejects.toThrow(/no option int[\s\S]*try: into/)
  await expect(model.predict(frame(), { into: [0, 0] as unknown as Float32Array })).rejects.toThrow(/into must be/)
  await model.dispose()
})

it('gives what layers give, for any number of images', async () => {
  const model = await create(2)
  const pictures = Float32Array.from({ length: 5 * 4 }, (_, i) => Math.sin(i))
  const given = pictures.slice()
  const pending = model.activations(given, ['relu1', 'fc*'])
  given.fill(0)
  const found = await pending
  expect(Object.keys(found)).toEqual(['fc1', 'relu1', 'fc2'])
  expect(found.relu1?.shape).toEqual([5, 1, 1, 4])
  expect(found.fc1?.data.some((value) => value < 0)).toBe(true)
  expect([...(found.relu1?.data ?? [])]).toEqual([...(found.fc1?.data ?? [])].map((value) => Math.max(0, value)))
  expect([...(found.fc2?.data ?? [])]).toEqual([...(await model.predict(pictures))])
  await model.dispose()
})

it('names the layers that there are', async () => {
  const model = await create()
  await expect(model.activations(frame(), ['relu9'])).rejects.toThrow(/relu9[\s\S]*fc1, relu1, fc2/)
  await expect(model.activations(frame(), 'relu1' as unknown as string[])).rejects.toThrow(/names of layers/)
  await expect(model.activations(frame(), [])).rejects.toBeInstanceOf(ArgumentError)
  await model.dispose()
})

it('binds a plan with the weights in it, also before the first run', async () => {
  const model = await create(1)
  const program = await model.bind({ mode: 'inference' })
  program.write(program.plan.ports.pictures, frame())
  await program.run()
  expect([...(await program.read(program.plan.ports.output))]).toEqual([...(await model.predict(frame()))])
  await program.dispose()
  await expect(model.bind({ modes: 'inference' } as object)).rejects.toThrow(/no option modes[\s\S]*try: mode/)
  await model.dispose()
})

it.each<[string, unknown, RegExp]>([
  ['notation', 'INPUT 4x4x1 -> FC-2', /the string "INPUT[\s\S]*try: Model\.create\(parse\("INPUT 4x4x1 -> FC-2"\)\)/],
  ['a name of the zoo', 'lenet5', /zoo\.network\("lenet5"\)/],
  ['nothing', undefined, /undefined/],
  ['a promise', Promise.resolve(network), /a Promise/],
])('create refuses %s', async (_, given, message) => {
  const creating = Model.create(given as typeof network)
  await expect(creating).rejects.toThrow(message)
  await expect(creating).rejects.toBeInstanceOf(ArgumentError)
})

it('create and load refuse unknown options, and load what is no file', async () => {
  await expect(Model.create(network, { sed: 1 } as object)).rejects.toThrow(/no option sed[\s\S]*try: seed/)
  await expect(Model.load(new Uint8Array(8), { seed: 1 } as object)).rejects.toThrow(/Model\.load has no option seed/)
  await expect(Model.load(3 as unknown as string)).rejects.toThrow(/no model can be read/)
  const model = await create()
  const bytes = model.encode()
  const again = await Model.load(bytes.buffer)
  expect([...(await again.predict(frame()))]).toEqual([...(await model.predict(frame()))])
  await Promise.all([model.dispose(), again.dispose()])
})
