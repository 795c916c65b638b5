// What the race `dispose at any moment` holds against a model: nothing that is right, and weights of two moments.

import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { Chains, type Seen } from '../scripts/stress/models/chains.ts'
import { data, learn, trainedStates } from '../scripts/stress/models/learn.ts'
import { createSmall, type State, setState, smallImages, stateOf } from '../scripts/stress/models/small.ts'
import { DisposedError } from '../src/backends/wasm/errors.ts'
import type { Model } from '../src/model/model.ts'
import { evaluate } from '../src/train/evaluate.ts'

let chains: Chains
beforeAll(async () => {
  chains = await Chains.create()
})

// As the race does: also work that is too small for workers goes to them.
beforeEach(() => void vi.stubEnv('LENSLET_SHARE', 'always'))
afterEach(() => void vi.unstubAllEnvs())

async function look(model: Model): Promise<Seen> {
  const [scores, { loss }] = await Promise.all([model.predict(smallImages), evaluate(model, data.test)])
  return { scores: [scores], losses: [loss] }
}

/** Trains until a release after this number of steps. */
async function learnUntilReleased(model: Model, steps: number): Promise<void> {
  const learning = learn(model, ({ kind, step }) => (kind === 'epoch' && step === steps ? model.release() : undefined))
  await expect(learning).rejects.toThrow(DisposedError)
}

async function seenWith(state: State): Promise<Seen> {
  await using model = await createSmall(1, 1)
  setState(model, state)
  return await look(model)
}

it.each([1, 2])('a training goes on from what a released one left, on %i threads', async (threads) => {
  await using model = await createSmall(1, threads)
  await learnUntilReleased(model, 1)
  let seen: Seen | undefined
  await learn(model, async ({ kind, step }) => {
    if (kind === 'epoch' && step === 1) seen = await look(model)
  })
  await chains.check(seen as Seen, { trainings: 2, releases: 1 })
  // One training alone has no such weights, and without a release the second one begins where the first one ended.
  await expect(chains.check(seen as Seen, { trainings: 1, releases: 1 })).rejects.toThrow('belong to no weights')
  await expect(chains.check(seen as Seen, { trainings: 2, releases: 0 })).rejects.toThrow('belong to no weights')
})

it('a training goes on from what a finished one left', async () => {
  await using model = await createSmall(1, 1)
  await learn(model)
  await learnUntilReleased(model, 2)
  await learn(model)
  const seen = await look(model)
  await chains.check(seen, { trainings: 3, releases: 1 })
  await expect(chains.check(seen, { trainings: 3, releases: 0 })).rejects.toThrow('belong to no weights')
})

it('weights of two moments are found', async () => {
  const states = await trainedStates()
  const [before, after] = [states[1], states[2]] as [State, State]
  const mixed = new Map(
    [...before].map(([name, values]) => [name, name === 'fc1.filters' ? (after.get(name) ?? values) : values]),
  )
  const { scores, losses } = await seenWith(mixed)
  const deeds = { trainings: 3, releases: 2 }
  await chains.check(await seenWith(before), deeds)
  await expect(chains.check({ scores, losses: [] }, deeds)).rejects.toThrow('scores that belong to no weights')
  await expect(chains.check({ scores: [], losses }, deeds)).rejects.toThrow('a loss that belongs to no weights')
})

it('the known weights are those of the model, one state for each step', async () => {
  await using model = await createSmall(1, 1)
  const states = await trainedStates()
  expect(states.length).toBe(7)
  await learn(model)
  expect(stateOf(model)).toEqual(states.at(-1))
})
