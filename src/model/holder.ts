/**
 * The one program that a model holds: scores, or a training that can give scores as well. Programs are bound when they are
 * first needed, one arena lives at a time, and where the arena is the host's memory the weights live in it. Everything
 * that uses the program or the weights does so in one order (order.ts).
 */

import type { Backend, Program } from '../backends/types.ts'
import { DisposedError } from '../backends/wasm/errors.ts'
import { freeAll } from '../core/free.ts'
import type { Plan } from '../plan/types.ts'
import { ModelBusyError } from './errors.ts'
import { Order, type Read } from './order.ts'
import type { Weights } from './weights.ts'

export class Holder {
  readonly #weights: Weights
  readonly #backend: Backend
  /** What was started early for the first program; ends what it did not take. */
  #early: (() => Promise<void>) | undefined
  #program: Program | undefined
  /** Versions of the weights that the program has, where it has copies of them. */
  readonly #seen = new Map<string, number>()
  readonly #order = new Order()
  /** Tasks that change weights: the number requested, and the number that have not ended. */
  #changesAsked = 0
  #changesOpen = 0
  /** Calls that have not ended. */
  #calls = 0
  #disposal: Promise<void> | undefined
  #onLastCall: (() => void) | undefined

  constructor(weights: Weights, backend: Backend, early: () => Promise<void>) {
    this.#weights = weights
    this.#backend = backend
    this.#early = early
    weights.connect({
      isIdle: () => this.#order.isIdle,
      later: (change) => void this.use((order) => order.write(async () => change())),
      checkLive: () => this.#checkLive(),
      changesAsked: () => this.#changesAsked,
      checkReadable: () => this.#checkReadable(),
    })
  }

  get program(): Program | undefined {
    return this.#program
  }

  get isDisposed(): boolean {
    return this.#disposal !== undefined
  }

  /** A call, which `dispose` waits for. Rejects with `DisposedError` what is asked for after `dispose`. */
  async use<T>(call: (order: Order) => Promise<T>): Promise<T> {
    this.#checkLive()
    this.#calls++
    try {
      return await call(this.#order)
    } finally {
      if (--this.#calls === 0) this.#onLastCall?.()
    }
  }

  /** Uses the program and leaves the weights as they are, after what was asked for before. */
  read<T>(task: () => Promise<T>): Promise<T> {
    return this.use((order) => order.read(task))
  }

  /** Several uses, with the same weights for all of them. */
  span<T>(task: (read: Read) => Promise<T>): Promise<T> {
    return this.use((order) => order.span(task))
  }

  /** Replaces the program, or moves the weights, when there are no readers. */
  replace<T>(task: () => Promise<T>): Promise<T> {
    return this.use((order) => order.write(task))
  }

  /** Changes weights, when there are no readers. */
  change<T>(task: () => Promise<T>): Promise<T> {
    this.#changesAsked++
    this.#changesOpen++
    return this.replace(async () => {
      try {
        return await task()
      } finally {
        this.#changesOpen--
      }
    })
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
      try {
        this.#fill(program)
      } catch (error) {
        await this.#drop(program)
        throw error
      }
      return program
    } finally {
      await this.#endEarly()
    }
  }

  #fill(program: Program): void {
    for (const { name, buffer } of program.plan.parameters) {
      // A view is filled as it is: before its first run a program has prepared nothing.
      const home = program.view?.(buffer) as Float32Array | undefined
      if (home) this.#weights.move(name, home, (values) => program.write(buffer, values))
      else program.write(buffer, this.#weights.current(name))
      this.#seen.set(name, this.#weights.version(name))
    }
  }

  /** Within a task: readies a program of a training for use. Throws `DisposedError` if it is no longer held. */
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
    await freeAll([() => (program.plan.goal.kind === 'training' ? this.fetch() : undefined), () => this.#drop(program)])
  }

  async #drop(program: Program): Promise<void> {
    // First, as it can fail for lack of memory: the weights then stay where they are.
    if (program.view !== undefined) this.#weights.moveOut()
    this.#program = undefined
    this.#seen.clear()
    await program.dispose()
  }

  /** Within a task, after a training on a device with memory of its own: fetches the weights. */
  async fetch(): Promise<void> {
    const program = this.#program
    if (program === undefined || program.view !== undefined) return
    // What was set since the last step is newer than what the device has.
    this.#bringUpToDate(program)
    for (const { name, buffer } of program.plan.parameters) {
      this.#weights.put(name, (await program.read(buffer)) as Float32Array)
      this.#seen.set(name, this.#weights.version(name))
    }
  }

  /** Another program with the weights in it, with memory of its own; the caller must dispose of it. */
  beside(plan: Plan): Promise<Program> {
    return this.read(() => this.#copy(plan))
  }

  /**
   * Lends a program for a task that leaves the weights as they are, with nothing else in between. The program that is held
   * goes, as one arena lives at a time, and the next use binds it again; a training's stays, and then the other has copies.
   */
  lend<T>(plan: Plan, task: (program: Program) => Promise<T>): Promise<T> {
    return this.replace(async () => {
      const isTraining = this.#program?.plan.goal.kind === 'training'
      const program = await (isTraining ? this.#copy(plan) : this.hold(plan))
      try {
        return await task(program)
      } finally {
        await (isTraining ? program.dispose() : this.release())
      }
    })
  }

  async #copy(plan: Plan): Promise<Program> {
    const program = await this.#backend.bind(plan)
    try {
      for (const { name, buffer } of plan.parameters) program.write(buffer, this.#weights.current(name))
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
      program.write(buffer, this.#weights.current(name))
      this.#seen.set(name, version)
    }
  }

  #checkLive(): void {
    if (this.#disposal) throw disposed()
  }

  #checkReadable(): void {
    if (this.#changesOpen === 0) return
    throw new ModelBusyError('the weights are being changed', {
      received: 'a read of the weights while a training step runs or waits for its turn',
      expected: 'a read between two steps: in the loop over train(), or after the training',
      advice: 'use await model.snapshot(), which waits for its turn and copies all weights at one moment',
    })
  }

  /** Calls that were made before are waited for. */
  async #end(): Promise<void> {
    if (this.#calls > 0) {
      await new Promise<void>((resolve) => {
        this.#onLastCall = resolve
      })
    }
    const program = this.#program
    this.#program = undefined
    this.#weights.end(disposed())
    await freeAll([() => program?.dispose(), () => this.#endEarly()])
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
