/** Losses in plans: of the network's own choice, with class weights, and of auxiliary heads; all gradients by differences. */

import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backends/reference/backend.ts'
import { wasmBackend } from '../backends/wasm/backend.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import type { LossSettings } from '../ops/losses/table.ts'
import { plan } from './plan.ts'

const body = 'INPUT 6x5x2 -> CONV3-3 -> TANH -> AUX 0.3 (GAP -> FC-3 -> SOFTMAX) -> AVGPOOL2 -> AUX 0.7 (FC-3)'

const losses: readonly (readonly [string, LossSettings?])[] = [
  ['FC-3'],
  [
    'FC-3 -> SOFTMAX -> LOSS cross-entropy smoothing=0.2',
    { kind: 'cross-entropy', smoothing: 0.1, classWeights: [1, 2, 4] },
  ],
  ['FC-3 -> LOSS hinge margin=2'],
  ['FC-3 -> LOSS hinge', { kind: 'hinge', power: 2, classWeights: [1, 2, 4] }],
  ['FC-3 -> LOSS squared-error'],
  ['FC-3 -> TANH -> LOSS huber delta=0.5'],
  ['FC-3 -> SIGMOID -> LOSS sigmoid-cross-entropy', { kind: 'sigmoid-cross-entropy', positiveWeights: [1, 2, 4] }],
]

describe.each([
  ['reference', referenceBackend],
  ['wasm', wasmBackend({ variant: 'plain' })],
] as const)('the gradients of %s', (name, backend) => {
  it.each(losses.map(([end, loss]) => ({ end, loss })))(
    'of $end are differences of all losses',
    async ({ end, loss }) => {
      const batch = 4
      const goal = { kind: 'gradients', ...(loss && { of: { loss } }), to: ['weights', 'pictures'] } as const
      const made = plan(parse(`${body} -> ${end}`), {
        batch,
        goal,
        target: backend.target({ threads: 1, exact: true }),
      })
      const program = await backend.bind(made)
      const { ports, buffers, parameters } = made
      const random = Random.seeded(3)
      const labels = ports.labels ?? -1
      const arrays = new Map([ports.pictures, ...parameters.map(({ buffer }) => buffer)].map((id) => [id, draw(id)]))
      function draw(id: number): Float64Array {
        return Float64Array.from({ length: sizeOf(buffers[id]?.shape ?? []) }, () => Math.fround(0.5 * random.normal()))
      }
      for (const [id, values] of arrays) program.write(id, values)
      const isClass = buffers[labels]?.dtype === 'i32'
      program.write(
        labels,
        Array.from({ length: sizeOf(buffers[labels]?.shape ?? []) }, () => random.integer(isClass ? 3 : 2)),
      )
      const lossNow = async () => {
        await program.run()
        // The reference gives its float64 to an array that can hold them.
        const each = new Float64Array(batch)
        await program.read(ports.losses ?? -1, each as never)
        return each.reduce((sum, value) => sum + value, 0) / batch
      }
      await lossNow()
      const gradients = new Map<number, Float32Array>()
      for (const { name: weight, buffer } of parameters)
        gradients.set(buffer, (await program.read(ports.gradients?.weights[weight] ?? -1)) as Float32Array)
      gradients.set(ports.pictures, (await program.read(ports.gradients?.nodes.input1 ?? -1)) as Float32Array)
      // Central differences: step²·curvature and ε/step, in float64 1e-6 and in float32 below 1e-3 for losses of the size of 1.
      const [step, slack] = name === 'reference' ? [1e-4, 1e-6] : [2 ** -8, 2e-3]
      for (const [id, values] of arrays) {
        const stride = Math.ceil(values.length / 5)
        for (let i = 0; i < values.length; i += stride) {
          const moved = async (by: number) => {
            program.write(id, values.with(i, (values[i] as number) + by))
            return await lossNow()
          }
          const numeric = ((await moved(step)) - (await moved(-step))) / (2 * step)
          program.write(id, values)
          expect(Math.abs((gradients.get(id)?.[i] ?? Number.NaN) - numeric), `${buffers[id]?.name} ${i}`).toBeLessThan(
            slack,
          )
        }
      }
      await program.dispose()
    },
  )
})

describe('at inference', () => {
  const network = parse(`${body} -> FC-3 -> SOFTMAX -> LOSS hinge`)
  const without = parse('INPUT 6x5x2 -> CONV3-3 -> TANH -> AVGPOOL2 -> fc3: FC-3 -> softmax2: SOFTMAX')

  it('heads and LOSS cost nothing', () => {
    const [with_, plain] = [plan(network, { batch: 3 }), plan(without, { batch: 3 })]
    expect(with_.arenaBytes).toBe(plain.arenaBytes)
    expect(with_.steps).toEqual(plain.steps)
    expect(with_.parameters.map(({ name }) => name)).not.toContain('fc1.filters')
    const training = plan(network, { batch: 3, mode: 'training' })
    expect(training.parameters.map(({ name }) => name)).toContain('fc1.filters')
    const { from = 0, to = 0 } = training.sections.scores ?? {}
    expect(training.steps.slice(from, to).map(({ node }) => node)).toEqual(plain.steps.map(({ node }) => node))
  })

  it('the weights of heads stay with the model, and taps compute a head', async () => {
    const model = await Model.create(network, { seed: 1 })
    const before = model.weights.get('fc1.filters').slice()
    const image = new Float32Array(60).fill(0.5)
    const scores = await model.predict(image)
    const { fc1 } = await model.activations(image, ['fc1'])
    expect(fc1?.data.length).toBe(3)
    await model.release()
    expect(model.weights.get('fc1.filters').slice()).toEqual(before)
    const loaded = await Model.load(model.encode())
    expect(await loaded.predict(image)).toEqual(scores)
    expect(loaded.weights.get('fc1.filters').slice()).toEqual(before)
    await model.dispose()
    await loaded.dispose()
  })
})

it.each([
  ['INPUT 8x8x1 -> AUX 0.3 (FC-4) -> FC-3', {}, /aux1 does not give the scores/],
  ['INPUT 8x8x1 -> FC-3', { loss: { kind: 'hinge', classWeights: [1, 2] } }, /weights of the loss do not fit/],
  ['INPUT 8x8x1 -> FC-3', { loss: { kind: 'hinge', classWeights: [1, -2, 1] } }, /classWeights is invalid/],
  ['INPUT 8x8x1 -> FC-3', { loss: { kind: 'huber', classWeights: [1, 2, 1] } }, /no classWeights/],
  ['INPUT 8x8x1 -> FC-3', { loss: { kind: 'hinge', power: 3 } }, /power of the hinge loss/],
])('%s with %j is refused', (text, more, message) => {
  const options = { goal: { kind: 'training', ...more } } as never
  expect(() => plan(parse(text), options)).toThrow(message)
})

it('a tap of LOSS or AUX behind a closing SOFTMAX gives probabilities', async () => {
  const model = await Model.create(parse('INPUT 2x2x1 -> FC-3 -> SOFTMAX -> LOSS cross-entropy'), { seed: 1 })
  const image = Float32Array.from([1, 2, 3, 4])
  const program = await model.bind({ mode: 'training', taps: ['loss1'] })
  program.write(program.plan.ports.pictures, image)
  program.write(program.plan.ports.labels ?? -1, [1])
  const scores = await model.predict(image)
  await program.run()
  const tapped = await program.read(program.plan.ports.taps?.loss1 ?? -1)
  for (const [i, score] of scores.entries()) expect(tapped[i]).toBeCloseTo(score, 6)
  await program.dispose()
  await model.dispose()
})

it('gradients by running statistics take no auxiliary loss, also where a tap computes a head', () => {
  const network = parse(`${body} -> FC-3`)
  const made = plan(network, { goal: { kind: 'gradients', statistics: 'tracked' }, taps: ['fc1'] })
  expect(Object.keys(made.ports.gradients?.weights ?? {})).toEqual([
    'conv1.filters',
    'conv1.bias',
    'fc3.filters',
    'fc3.bias',
  ])
  expect(made.steps.filter(({ phase }) => phase === 'loss')).toHaveLength(1)
})

it('label smoothing is for cross-entropy', () => {
  const network = parse('INPUT 8x8x1 -> FC-3 -> LOSS hinge')
  expect(() => plan(network, { mode: 'training', labelSmoothing: 0.1 })).toThrow(/only cross-entropy/)
})
