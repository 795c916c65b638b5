/**
 * The one program that a model holds: scores, or a training that can give scores as well. Programs are bound when they are
 * first needed, one arena lives at a time, and where the arena is the host's memory the weights live in it. Whatever uses
 * the program does so alone, in the order in which it was asked for.
 */

import type { Backend, Program } from '../backends/types.ts'
import { DisposedError } from '../backends/wasm/errors.ts'
import { Turns } from '../core/turns.ts'
import type { Plan } from '../plan/types.ts'
import type { Weights } from './weights.ts'

export class Holder {
  readonly #weights: Weights
  readonly #backend: Backend
  /** What was started early for the first program; ends what it did not take. */
  #early: (() => Promise<void>) | undefined
  #program: Program | undefined
  /** Versions of the weights that the program has, where it has copies of them. */
  readonly #seen = new Map<string, number>()
  readonly #turns = new Turns()
  #disposal: Promise<void> | undefined

  constructor(weights: Weights, backend: Backend, early: () => Promise<void>) {
    this.#weights = weights
    this.#backend = backend
    this.#early = early
  }

  get program(): Program | undefined {
    return this.#program
  }

  get isDisposed(): boolean {
    return this.#disposal !== undefined
  }

  /** Runs a task when all tasks before it are done. Rejects with `DisposedError` what is asked for after `dispose`. */
  async exclusively<T>(task: () => Promise<T>): Promise<T> {
    if (this.#disposal) throw disposed()
    return this.#turns.take(task)
  }

  /** Within a task: a program for a plan that gives scores; the one that is held, at once, or else a new one. */
  forScores(plan: () => Plan): Program | Promise<Program> {
    const held = this.#program
    if (held?.plan.sections.scores === undefined) return this.hold(plan())
    this.#bringUpToDate(held)
    return held
  }

  /** Within a task: lets go of the program that is held, and binds another with the weights in it. */
  async hold(plan: Plan): Promise<Program> {
    await this.release()
    try {
      const program = await this.#backend.bind(plan)
      this.#program = program
      for (const { name, buffer } of plan.parameters) {
        // A view is filled as it is: before its first run a program has prepared nothing.
        const home = program.view?.(buffer) as Float32Array | undefined
        if (home) this.#weights.move(name, home, (values) => program.write(buffer, values))
        else program.write(buffer, this.#weights.get(name))
        this.#seen.set(name, this.#weights.version(name))
      }
      return program
    } finally {
      await this.#endEarly()
    }
  }

  /** Within a task: readies a program of a training for use. Throws `DisposedError` where it is not held any more. */
  ready(program: Program): void {
    if (program !== this.#program) {
      throw new DisposedError('the memory of this training was released', {
        received: 'a step of a training after release(), or after another training of the same model started',
        advice: 'let a training end first, or resume it from its checkpoint',
      })
    }
    this.#bringUpToDate(program)
  }

  /** Within a task: frees the program's memory; the weights move into arrays of their own. */
  async release(): Promise<void> {
    const program = this.#program
    if (program === undefined) return
    if (program.plan.goal.kind === 'training') await this.fetch()
    this.#program = undefined
    this.#seen.clear()
    if (program.view !== undefined) this.#weights.moveOut()
    await program.dispose()
  }

  /** Within a task, after a training on a device with memory of its own: fetches the weights. */
  async fetch(): Promise<void> {
    const program = this.#program
    if (program === undefined || program.view !== undefined) return
    // What was set since the last step is newer than what the device has.
    this.#bringUpToDate(program)
    for (const { name, buffer } of program.plan.parameters) {
      this.#weights.set(name, (await program.read(buffer)) as Float32Array)
      this.#seen.set(name, this.#weights.version(name))
    }
  }

  /** Another program with the weights in it, with memory of its own; the caller must dispose of it. */
  async beside(plan: Plan): Promise<Program> {
    if (this.#disposal) throw disposed()
    const program = await this.#backend.bind(plan)
    try {
      // Between two steps of a training, not in the middle of its update.
      await this.exclusively(async () => {
        for (const { name, buffer } of plan.parameters) program.write(buffer, this.#weights.get(name))
      })
      return program
    } catch (error) {
      await program.dispose()
      throw error
    }
  }

  async dispose(): Promise<void> {
    this.#disposal ??= this.#end()
    await this.#disposal
  }

  #bringUpToDate(program: Program): void {
    if (program.view !== undefined) return
    for (const { name, buffer } of program.plan.parameters) {
      const version = this.#weights.version(name)
      if (this.#seen.get(name) === version) continue
      program.write(buffer, this.#weights.get(name))
      this.#seen.set(name, version)
    }
  }

  /** Tasks that were asked for before are waited for. */
  async #end(): Promise<void> {
    await this.#turns.ended
    this.#weights.end(disposed())
    await this.#program?.dispose()
    this.#program = undefined
    await this.#endEarly()
  }

  async #endEarly(): Promise<void> {
    const end = this.#early
    this.#early = undefined
    await end?.()
  }
}

function disposed(): DisposedError {
  return new DisposedError('this model was disposed of', { advice: 'load or create it again, or dispose later' })
}
