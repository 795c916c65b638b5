/** Races on one model: whatever comes out belongs to weights that the model had, and whatever is refused says so by name. */

import { DisposedError } from '../../../src/backends/wasm/errors.ts'
import { LensletError } from '../../../src/core/errors.ts'
import { Random } from '../../../src/core/random.ts'
import { ModelBusyError } from '../../../src/model/errors.ts'
import { evaluate } from '../../../src/train/evaluate.ts'
import { train } from '../../../src/train/loop.ts'
import { expectThat } from '../row.ts'
import type { TrialRow, Trials } from '../trials.ts'
import { Chains, type Deeds, type Seen } from './chains.ts'
import { data, learn, options, trainedStates } from './learn.ts'
import { Resources } from './resources.ts'
import { createSmall, Possible, randomStates, type State, setState, smallImages, stateOf, turns } from './small.ts'

/** Ends with `DisposedError` or `ModelBusyError`, or as it would have. */
async function orRefused(task: () => Promise<void>): Promise<'done' | 'refused'> {
  try {
    await task()
    return 'done'
  } catch (error) {
    if (error instanceof DisposedError || error instanceof ModelBusyError) return 'refused'
    throw error
  }
}

type Race = (random: Random, threads: number) => Promise<string>

async function besideSet(random: Random, threads: number): Promise<string> {
  const model = await createSmall(1, threads)
  try {
    const states = [stateOf(model), ...randomStates(model, random, 4)]
    const possible = await Possible.of(states, data)
    const running: Promise<void>[] = []
    for (const state of states) {
      for (let readers = 1 + random.integer(4); readers > 0; readers--)
        running.push(
          random.integer(3) === 0
            ? evaluate(model, data.test).then(({ loss }) => possible.checkLoss(loss))
            : model.predict(smallImages).then((scores) => possible.checkScores(scores)),
        )
      await turns(random, 6)
      setState(model, state)
      await turns(random, 3)
    }
    await Promise.all(running)
    return 'compared'
  } finally {
    await model.dispose()
  }
}

async function besideTraining(possible: Possible, last: State, random: Random, threads: number): Promise<string> {
  const model = await createSmall(1, threads)
  try {
    const running: Promise<void>[] = []
    let isOver = false
    const training = learn(model).finally(() => {
      isOver = true
    })
    const second = orRefused(() => learn(model))
    while (!isOver && running.length < 60) {
      running.push(
        random.integer(4) === 0
          ? evaluate(model, data.test).then(({ loss }) => possible.checkLoss(loss))
          : model.predict(smallImages).then((scores) => possible.checkScores(scores)),
      )
      await turns(random, 8)
    }
    await training
    await Promise.all(running)
    expectThat((await second) === 'refused', 'two trainings of one model both ran')
    for (const [name, values] of stateOf(model))
      expectThat(Buffer.compare(bytesOf(values), bytesOf(last.get(name) as Float32Array)) === 0, `${name} differs`)
    return 'compared'
  } finally {
    await model.dispose()
  }
}

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** Several things under way, an end in the middle of them. */
async function disposed(chains: Chains, random: Random, threads: number): Promise<string> {
  const model = await createSmall(1, threads)
  const deeds: Deeds = { trainings: 0, releases: 0 }
  const seen: Seen = { scores: [], losses: [] }
  const tasks: readonly (() => Promise<void>)[] = [
    async () => void seen.scores.push(await model.predict(smallImages)),
    async () => void seen.losses.push((await evaluate(model, data.test)).loss),
    () => {
      deeds.trainings++
      return learn(model, () => turns(random, 4))
    },
    () => model.activations(smallImages, ['conv1']).then(() => {}),
    () => {
      deeds.releases++
      return model.release()
    },
    async () => void model.encode(),
    async () => {
      deeds.trainings++
      // The way out of a loop that people take.
      for await (const _ of train(model, data, options)) {
        await model.dispose()
        break
      }
    },
  ]
  const running: Promise<unknown>[] = []
  for (let left = 1 + random.integer(5); left > 0; left--) {
    running.push(orRefused(tasks[random.integer(tasks.length)] as () => Promise<void>))
    await turns(random, 10)
  }
  await model.dispose()
  await Promise.all(running)
  await chains.check(seen, deeds)
  const after = await model.predict(smallImages).then(
    () => undefined,
    (error: unknown) => error,
  )
  expectThat(after instanceof LensletError, 'a model that was disposed of predicts')
  return 'ended'
}

async function prepared(seed: number, name: string, race: Race): Promise<Trials> {
  const resources = new Resources()
  // Also work that is too small for workers goes to them.
  process.env.LENSLET_SHARE = 'always'
  return {
    async run(trial) {
      const word = await race(Random.seeded(seed, name, trial), 1 + (trial % 2))
      if (trial % 10 === 9) resources.take()
      return word
    },
    end: async () => resources.check(),
  }
}

function raceRow(name: string, short: number, full: number, make: () => Promise<Race>): TrialRow {
  const prepare = async (seed: number) => prepared(seed, name, await make())
  return { kind: 'race', name, unit: 'races', short, full, memory: 512, prepare }
}

export const modelRaceRows: readonly TrialRow[] = [
  raceRow('predictions during weights.set', 30, 400, async () => besideSet),
  raceRow('predictions during a training', 20, 400, async () => {
    const states = await trainedStates()
    const possible = await Possible.of(states, data)
    return (random, threads) => besideTraining(possible, states.at(-1) as State, random, threads)
  }),
  raceRow('dispose at any moment', 40, 400, async () => {
    const chains = await Chains.create()
    return (random, threads) => disposed(chains, random, threads)
  }),
]
