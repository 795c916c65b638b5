/** A small model, data for it, and its scores in each state. */

import type { Random } from '../../../src/core/random.ts'
import { type Dataset, dataset } from '../../../src/data/dataset.ts'
import { Model } from '../../../src/model/model.ts'
import { parse } from '../../../src/notation/parse.ts'
import { evaluate } from '../../../src/train/evaluate.ts'
import { expectThat } from '../row.ts'

/** Two layers with weights, so that a mixture of two states shows. */
const network = parse('INPUT 4x4x2 -> CONV3-6 -> RELU -> FC-3')
const each = 4 * 4 * 2
const count = 40
const normalization = { mean: [0.5, 0.5], std: [0.25, 0.25] }
const classes = ['a', 'b', 'c']

export const createSmall = (seed: number, threads: number) =>
  Model.create(network, { seed, threads, batch: 8, info: { classes, normalization } })

export function smallData(): Dataset {
  const images = Uint8Array.from({ length: count * each }, (_, i) => (i * 7919) % 256)
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3)
  const split = { height: 4, width: 4, channels: 2, images, labels }
  return dataset({ classes, train: split, test: split, normalization })
}

/** More than a batch, so that a prediction has parts. */
export const smallImages = Float32Array.from({ length: 20 * each }, (_, i) => Math.sin(i))

export type State = ReadonlyMap<string, Float32Array>

export const stateOf = (model: Model): State =>
  new Map(model.weights.names.map((name) => [name, model.weights.get(name).slice()]))

export function setState(model: Model, state: State): void {
  for (const [name, values] of state) model.weights.set(name, values)
}

export function randomStates(model: Model, random: Random, howMany: number): State[] {
  const draw = (values: Float32Array) => values.map(() => random.normal())
  return Array.from({ length: howMany }, () => new Map([...stateOf(model)].map(([name, v]) => [name, draw(v)])))
}

/** What may come out, by the bits: of any of the states, and of no other weights. */
export class Possible {
  readonly #scores = new Set<string>()
  readonly #losses = new Set<number>()

  static async of(states: readonly State[], data: Dataset): Promise<Possible> {
    const possible = new Possible()
    const checker = await createSmall(1, 1)
    try {
      for (const state of states) {
        setState(checker, state)
        possible.#scores.add(bitsOf(await checker.predict(smallImages)))
        possible.#losses.add((await evaluate(checker, data.test)).loss)
      }
      return possible
    } finally {
      await checker.dispose()
    }
  }

  hasScores(scores: Float32Array): boolean {
    return this.#scores.has(bitsOf(scores))
  }

  hasLoss(loss: number): boolean {
    return this.#losses.has(loss)
  }

  checkScores(scores: Float32Array): void {
    expectThat(this.hasScores(scores), 'scores that belong to no weights')
  }

  checkLoss(loss: number): void {
    expectThat(this.hasLoss(loss), `a loss that belongs to no weights: ${loss}`)
  }
}

const bitsOf = (values: Float32Array) => Buffer.from(values.slice().buffer).toString('base64')

/** Some turns of the event loop: a moment that the scheduler does not choose. */
export async function turns(random: Random, most: number): Promise<void> {
  for (let left = random.integer(most + 1); left > 0; left--)
    await (random.integer(2) === 0 ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve)))
}
