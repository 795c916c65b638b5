/**
 * The weights that trainings of one model can leave, one after another. A released training ends at any of its steps, and the
 * next one begins with the weights that it left, so there are more states than those of one training.
 */

import { expectThat } from '../row.ts'
import { data, trainedStates } from './learn.ts'
import { Possible, type State } from './small.ts'

/** What a trial did with its model. More than really happened only makes the check less strict. */
export interface Deeds {
  trainings: number
  releases: number
}

/** What came out of a model. */
export interface Seen {
  readonly scores: Float32Array[]
  readonly losses: number[]
}

/** A training from weights that it found. */
class Trained {
  /** The weights it began with, and those after each step. */
  readonly #states: readonly State[]
  readonly #possible: Possible
  /** Trainings that began after this number of steps of this one. */
  readonly #next = new Map<number, Promise<Trained>>()

  private constructor(states: readonly State[], possible: Possible) {
    this.#states = states
    this.#possible = possible
  }

  static async from(start?: State): Promise<Trained> {
    const states = await trainedStates(start)
    return new Trained(states, await Possible.of(states, data))
  }

  /** Of this training, and then of all that can follow it. */
  async *possible({ trainings, releases }: Readonly<Deeds>): AsyncGenerator<Possible> {
    yield this.#possible
    if (trainings < 2) return
    const last = this.#states.length - 1
    // After 0 steps, the next training is this one again.
    for (let steps = 1; steps <= last; steps++) {
      const left = steps === last ? releases : releases - 1
      if (left >= 0) yield* (await this.#after(steps)).possible({ trainings: trainings - 1, releases: left })
    }
  }

  #after(steps: number): Promise<Trained> {
    const known = this.#next.get(steps) ?? Trained.from(this.#states[steps])
    this.#next.set(steps, known)
    return known
  }
}

export class Chains {
  readonly #first: Trained

  private constructor(first: Trained) {
    this.#first = first
  }

  static async create(): Promise<Chains> {
    return new Chains(await Trained.from())
  }

  /** Throws where something belongs to no weights that the model can have had. Chains are trained when they are first needed. */
  async check({ scores, losses }: Seen, deeds: Readonly<Deeds>): Promise<void> {
    for (const each of scores)
      expectThat(await this.#some(deeds, (possible) => possible.hasScores(each)), 'scores that belong to no weights')
    for (const loss of losses)
      expectThat(
        await this.#some(deeds, (possible) => possible.hasLoss(loss)),
        `a loss that belongs to no weights: ${loss}`,
      )
  }

  async #some(deeds: Readonly<Deeds>, holds: (possible: Possible) => boolean): Promise<boolean> {
    for await (const possible of this.#first.possible(deeds)) if (holds(possible)) return true
    return false
  }
}
