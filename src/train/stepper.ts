/**
 * One training step after the other on the model's program: hand over the batch, then forward, loss, backward and update in
 * one run. Where a loss is not finite the plan's guard leaves weights and optimizer state as they are, so nothing is waited
 * for in between. While the workers compute, the next batch is made ready on this thread.
 */

import type { Program } from '../backends/types.ts'
import type { Batches } from '../data/batches.ts'
import type { Trainer } from '../model/uses.ts'
import { emptyArray, type TypedArray } from '../ops/arrays.ts'
import { SCALAR_COUNT, type ScalarName, type ScalarValues, scalarSlots } from '../ops/scalars.ts'
import { bufferOf } from '../plan/step.ts'
import type { PlanPorts } from '../plan/types.ts'
import { type DivergedStep, findDivergence, gradientDivergence } from './diverged.ts'
import type { DivergedError } from './errors.ts'
import type { Tally } from './metrics.ts'
import type { TrainSettings } from './options.ts'
import { TrackedStatistics } from './tracked.ts'

/** A training plan has them all. */
type TrainingPorts = Required<Pick<PlanPorts, 'pictures' | 'labels' | 'losses' | 'scalars' | 'seed'>> &
  Pick<PlanPorts, 'hits' | 'rates'>

export class Stepper {
  readonly #trainer: Trainer
  readonly #program: Program
  readonly #batches: Batches
  readonly #settings: TrainSettings
  readonly #images: Float32Array
  readonly #labels: TypedArray
  readonly #losses: Float32Array
  readonly #hits: Float32Array
  readonly #scalars = new Float32Array(SCALAR_COUNT)
  readonly #ports: TrainingPorts
  readonly #tracked: TrackedStatistics
  /** The step whose batch is ready. */
  #ready = -1

  constructor(trainer: Trainer, program: Program, batches: Batches, settings: TrainSettings) {
    this.#trainer = trainer
    this.#program = program
    this.#batches = batches
    this.#settings = settings
    this.#ports = program.plan.ports as TrainingPorts
    this.#tracked = new TrackedStatistics(program)
    const { height, width, channels } = batches.split
    const { batch } = settings
    this.#images = new Float32Array(batch * height * width * channels)
    this.#labels = emptyArray(bufferOf(program.plan, this.#ports.labels))
    this.#losses = new Float32Array(batch)
    this.#hits = new Float32Array(batch)
  }

  rate(step: number): number {
    const { rates, optimizer } = this.#settings
    return rates.rate(optimizer.rate as number, step)
  }

  /** Takes step `step`, from 0. Throws `DivergedError`, and then every weight and state is as it was. */
  take(step: number): Promise<Tally> {
    return this.#trainer.change(this.#program, () => this.#take(step))
  }

  async #take(step: number): Promise<Tally> {
    const program = this.#program
    this.#fill(step)
    this.#write(step)
    await this.#tracked.keep()
    const run = program.run()
    this.#prepare(step + 1)
    await run
    const loss = sum(await program.read(this.#ports.losses, this.#losses))
    // A loss of numbers knows no right and wrong.
    const { hits: port } = this.#ports
    const hits = port === undefined ? 0 : sum(await program.read(port, this.#hits))
    if (!Number.isFinite(loss)) throw await this.#diverged(step, (at) => findDivergence(program, at))
    // Clipping finds a gradient that is not finite, and leaves everything as it is, too.
    if (this.#settings.clipNorm !== null) {
      await program.read(this.#ports.scalars, this.#scalars)
      if (this.#scalars[scalarSlots.gradientScale] === 0) throw await this.#diverged(step, gradientDivergence)
    }
    return { loss, hits, count: program.plan.batch }
  }

  /** What a step that updated nothing is to throw. */
  async #diverged(step: number, find: (at: DivergedStep) => DivergedError | Promise<DivergedError>) {
    this.#tracked.restore()
    const { stepsPerEpoch, optimizer } = this.#settings
    const error = await find({ step, stepsPerEpoch, rate: this.rate(step), fullRate: optimizer.rate as number })
    // Looking for the place has moved them again.
    this.#tracked.restore()
    return error
  }

  #write(step: number): void {
    const { seed, update } = this.#settings
    this.#program.write(this.#ports.pictures, this.#images)
    this.#program.write(this.#ports.labels, this.#labels)
    const values = {
      learningRate: this.rate(step),
      gradientScale: 1,
      ...update.scalars(step + 1),
    } satisfies ScalarValues
    for (const [name, value] of Object.entries(values)) this.#scalars[scalarSlots[name as ScalarName]] = value
    this.#program.write(this.#ports.scalars, this.#scalars)
    for (const { factor, scalars } of this.#ports.rates ?? []) {
      this.#scalars[scalarSlots.learningRate] = values.learningRate * factor
      this.#program.write(scalars, this.#scalars)
    }
    this.#program.write(this.#ports.seed, [seed, step])
  }

  /** A step beyond the last epoch has no batch. */
  #prepare(step: number): void {
    if (step < this.#settings.epochs * this.#settings.stepsPerEpoch) this.#fill(step)
  }

  #fill(step: number): void {
    if (this.#ready === step) return
    const { stepsPerEpoch } = this.#settings
    this.#batches.fill(Math.floor(step / stepsPerEpoch), step % stepsPerEpoch, this.#images, this.#labels)
    this.#ready = step
  }
}

/** In float64 and in order. */
function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i] as number
  return total
}
