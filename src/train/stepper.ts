/**
 * One training step after the other on a bound plan: hand over the batch, go forward, look at the loss, go backward and
 * update. While the workers compute, the next batch is made ready on this thread.
 */

import type { Program } from '../backends/types.ts'
import type { Batches } from '../data/index.ts'
import type { Model } from '../model/index.ts'
import { SCALAR_COUNT, type ScalarName, type ScalarValues, scalarSlots } from '../ops/scalars.ts'
import type { PlanPorts } from '../plan/types.ts'
import { findDivergence } from './diverged.ts'
import type { Tally } from './metrics.ts'
import type { TrainSettings } from './options.ts'

/** A training plan has them all. */
type TrainingPorts = Required<Omit<PlanPorts, 'gradients'>>

export class Stepper {
  readonly #program: Program
  readonly #batches: Batches
  readonly #settings: TrainSettings
  readonly #images: Float32Array
  readonly #labels: Int32Array
  readonly #scalars = new Float32Array(SCALAR_COUNT)
  readonly #ports: TrainingPorts
  /** The step whose batch is ready. */
  #ready = -1

  constructor(program: Program, batches: Batches, settings: TrainSettings) {
    this.#program = program
    this.#batches = batches
    this.#settings = settings
    this.#ports = program.plan.ports as TrainingPorts
    const { height, width, channels } = batches.split
    this.#images = new Float32Array(settings.batch * height * width * channels)
    this.#labels = new Int32Array(settings.batch)
  }

  rate(step: number): number {
    const { rates, optimizer } = this.#settings
    return rates.rate(optimizer.rate as number, step)
  }

  /** Takes step `step`, from 0. Throws `DivergedError` before anything is updated. */
  async take(step: number): Promise<Tally> {
    const { plan } = this.#program
    this.#fill(step)
    this.#write(step)
    const forward = this.#program.run({ to: plan.backwardFrom })
    this.#prepare(step + 1)
    await forward
    const loss = sum(this.#program.read(this.#ports.losses))
    const hits = sum(this.#program.read(this.#ports.hits))
    if (!Number.isFinite(loss)) {
      throw await findDivergence(this.#program, {
        step,
        stepsPerEpoch: this.#settings.stepsPerEpoch,
        rate: this.rate(step),
      })
    }
    await this.#program.run({ from: plan.backwardFrom })
    return { loss, hits, count: plan.batch }
  }

  #write(step: number): void {
    const { seed, update } = this.#settings
    this.#program.write(this.#ports.pictures, this.#images)
    this.#program.write(this.#ports.labels, this.#labels)
    const values: ScalarValues = { learningRate: this.rate(step), gradientScale: 1, ...update.scalars(step + 1) }
    for (const [name, value] of Object.entries(values)) this.#scalars[scalarSlots[name as ScalarName]] = value
    this.#program.write(this.#ports.scalars, this.#scalars)
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

/** What is learned or tracked, from the model into the program. */
export function readWeights(program: Program, model: Model): void {
  for (const { name, buffer } of program.plan.parameters) program.write(buffer, model.weights.get(name))
}

/** … and back. */
export function writeWeights(program: Program, model: Model): void {
  for (const { name, buffer } of program.plan.parameters) model.weights.set(name, program.read(buffer))
}

/** In float64 and in order. */
function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i] as number
  return total
}
