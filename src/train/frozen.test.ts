/** Frozen layers: nothing of them changes, nothing is kept for them, nothing in them is random. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { readCheckpoint } from './checkpoint.ts'
import { CheckpointError, type TrainOptions, train } from './index.ts'
import { planOptionsOf, resolveSettings } from './options.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'

const data = stripes(96)
const options: TrainOptions = { epochs: 2, batch: 16, optimizer: { kind: 'adamw', rate: 0.01 }, decay: 'all', seed: 3 }
const text = 'INPUT 8x8x1 -> CONV3-6 -> BN -> RELU -> CONV3-8 -> BN -> RELU -> POOL2 -> DROPOUT 0.5 -> FC-4'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
  path = join(folder, 'run.checkpoint')
})
afterEach(() => rm(folder, { recursive: true }))

async function run(model: Model, more: Partial<TrainOptions> = {}): Promise<void> {
  for await (const _ of train(model, data, { ...options, ...more }));
}

const valuesOf = ({ weights }: Model) => new Map(weights.names.map((name) => [name, [...weights.get(name)]]))
const nodeOf = (weight: string) => weight.split('.')[0] as string

describe.each(['wasm', 'reference'] as const)('frozen layers on %s', (backend) => {
  const create = async (network = text) => {
    const model = await Model.create(parse(network), { seed: 1, backend, threads: 1 })
    // Other statistics than those of a new layer, so that it shows which ones are used.
    for (const name of model.weights.names.filter((each) => each.endsWith('.mean')))
      model.weights.set(
        name,
        model.weights.get(name).map((_, i) => 0.1 * i - 0.2),
      )
    return model
  }

  it.each([
    { what: 'by name', frozen: ['conv1', 'bn1'], nodes: ['conv1', 'bn1'] },
    { what: 'by pattern', frozen: ['conv*'], nodes: ['conv1', 'conv2'] },
    { what: 'by both, in any order', frozen: ['bn*', 'conv2', 'bn1'], nodes: ['bn1', 'bn2', 'conv2'] },
    { what: 'at the end', frozen: ['fc1'], nodes: ['fc1'] },
    { what: 'all but the end', frozen: ['*v1', '*v2', 'bn*', 'dropout1'], nodes: ['conv1', 'conv2', 'bn1', 'bn2'] },
  ])('$what keep all their bits, and the others learn', async ({ frozen, nodes }) => {
    await using model = await create()
    const before = valuesOf(model)
    await run(model, { frozen, checkpoint: { path } })
    for (const [name, values] of valuesOf(model)) {
      if (nodes.includes(nodeOf(name))) expect(values, name).toEqual(before.get(name))
      else expect(values, name).not.toEqual(before.get(name))
    }
    // Their weights are in the checkpoint, and no state of the optimizer.
    const { tensors } = await readCheckpoint(path)
    const learned = [...before.keys()].filter((name) => !/mean|variance/.test(name) && !nodes.includes(nodeOf(name)))
    const states = learned.flatMap((name) => [`optimizer:${name}.mean`, `optimizer:${name}.squares`])
    expect([...tensors.keys()].filter((name) => name.startsWith('optimizer:')).sort()).toEqual(states.sort())
    expect([...tensors.keys()]).toEqual(expect.arrayContaining([...before.keys()]))
  })

  it('drop nothing out', async () => {
    await using frozen = await create(stripeNetwork)
    await run(frozen, { frozen: ['dropout1'] })
    await using without = await create(stripeNetwork.replace('DROPOUT 0.1 -> ', ''))
    await run(without)
    expect(valuesOf(frozen)).toEqual(valuesOf(without))
    await using random = await create(stripeNetwork)
    await run(random)
    expect(valuesOf(random)).not.toEqual(valuesOf(without))
  })

  it('take no memory for gradients and state', async () => {
    await using model = await create()
    const planOf = (frozen: readonly string[]) =>
      model.planFor(planOptionsOf(resolveSettings(model, data, { ...options, frozen })))
    const [all, some] = [planOf([]), planOf(['conv*', 'bn*'])]
    expect(some.frozen).toEqual(['conv1', 'bn1', 'conv2', 'bn2'])
    expect(some.optimizerState.map(({ name }) => name).every((name) => name.startsWith('fc1.'))).toBe(true)
    expect(some.memory.optimizer).toBeLessThan(all.memory.optimizer)
    expect(some.steps.filter(({ phase }) => phase === 'update').map(({ node }) => node)).toEqual(['fc1', 'fc1'])
  })

  it('are resumed as they were, by the same layers, however named', async () => {
    await using whole = await create()
    await run(whole, { frozen: ['conv1', 'bn1'] })
    await using stopped = await create()
    for await (const { kind } of train(stopped, data, { ...options, frozen: ['bn1', 'conv1'], checkpoint: { path } }))
      if (kind === 'epoch') break
    await using again = await create()
    await run(again, { frozen: ['con*1', 'bn1'], resume: path })
    // The reference trains in float64 and saves float32.
    if (backend === 'wasm') expect(valuesOf(again)).toEqual(valuesOf(whole))
    for (const frozen of [undefined, [], ['conv1'], ['conv1', 'bn1', 'dropout1']]) {
      await using other = await create()
      const before = valuesOf(other)
      const call = run(other, { frozen, resume: path })
      await expect(call).rejects.toThrow(CheckpointError)
      await expect(call).rejects.toThrow(/frozen differs[\s\S]*expected: \["conv1","bn1"\]/)
      expect(valuesOf(other)).toEqual(before)
    }
  })
})

it.each([
  ['an unknown name', ['conv1', 'conv7'], /frozen: no layer has this name[\s\S]*conv7[\s\S]*conv1/],
  ['a pattern that matches none', ['stage*'], /frozen: no layer has this name[\s\S]*stage\*/],
  ['all layers', ['*'], /frozen: no layer is left to learn[\s\S]*received: \*/],
  ['all layers that learn', ['conv*', 'bn*', 'fc1'], /no layer is left to learn/],
])('%s is refused before anything begins', async (_, frozen, message) => {
  await using model = await Model.create(parse(text), { threads: 1 })
  const start = () => train(model, data, { ...options, frozen })
  expect(start).toThrow(ArgumentError)
  expect(start).toThrow(message)
  expect(model.allocatedBytes).toBe(0)
})
