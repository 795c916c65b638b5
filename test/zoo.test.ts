// Every network of the zoo runs forward and trains on the kernels; small ones are compared with the reference, the others by
// `npm run zoo-check`.

import { describe, expect, it } from 'vitest'
import { Random } from '../src/core/random.ts'
import { dataset } from '../src/data/dataset.ts'
import { Model } from '../src/model/model.ts'
import { inferVolumes } from '../src/network/volumes.ts'
import { parse } from '../src/notation/parse.ts'
import { cost } from '../src/plan/cost.ts'
import { train } from '../src/train/loop.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { checkTwin, twinOf } from './zoo/twins.ts'

it.each(zoo.names)('%s costs what its card says', (name) => {
  const { parameters, macs, trainingParameters = parameters } = zoo.entry(name)
  const { totals } = cost(zoo.network(name))
  expect({ parameters: totals.parameters, macs: totals.macs }).toEqual({ parameters, macs })
  expect(totals.training.parameters).toBe(trainingParameters)
})

const twins = zoo.names.map(twinOf)

/** Two images of noise. */
function noise(network: ReturnType<typeof parse>) {
  const [input, ...others] = inferVolumes(network).map(({ output }) => output)
  const { channels = 0 } = others.at(-1) ?? {}
  if (input === undefined) throw new Error('no input')
  const random = Random.seeded(1, 'noise')
  const images = Uint8Array.from({ length: 2 * input.height * input.width * input.channels }, () => random.integer(256))
  const split = { ...input, images, labels: [0, channels - 1] }
  const classes = Array.from({ length: channels }, (_, i) => `class ${i}`)
  return dataset({ name: 'noise', classes, train: split, test: split })
}

/** Seconds that no machine needs for the largest of them. */
const timeout = 300_000

it.each(twins)('$name takes a training step, and gives scores', { timeout }, async ({ text }) => {
  const network = parse(text)
  const data = noise(network)
  const model = await Model.create(network, { batch: 2 })
  try {
    const optimizer = { kind: 'sgd', rate: 1e-6 } as const
    let losses: readonly (number | undefined)[] = []
    for await (const progress of train(model, data, { epochs: 1, batch: 2, optimizer, keep: 'last' })) {
      if (progress.kind === 'done') losses = [progress.result.trainLoss, progress.result.testLoss]
    }
    expect(losses.map(Number.isFinite)).toEqual([true, true])
  } finally {
    await model.dispose()
  }
})

describe('scores and a training step of a twin, as by the reference', () => {
  // The reference takes about a second for 10⁸ multiply–accumulates.
  it.each(twins.filter(({ macs, parameters }) => macs < 6e6 && parameters < 3e6))('$name', { timeout }, checkTwin)
})
