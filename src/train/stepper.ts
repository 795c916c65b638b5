/**
 * One training step after the other on the model's program: hand over the batch, then forward, loss, backward and update in
 * one run. Where a loss is not finite the plan's guard leaves weights and optimizer state as they are, so nothing is waited
 * for in between. While the workers compute, the next batch is made ready on this thread.
 */

import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import type { Batches } from '../data/batches.ts'
import type { Trainer } from '../model/uses.ts'
import { emptyArray, type TypedArray } from '../ops/arrays.ts'
import type { Optimizer } from '../ops/optimizer/optimizers.ts'
import { SCALAR_COUNT, type ScalarName, type ScalarValues, scalarSlots } from '../ops/scalars.ts'
import { bufferOf } from '../plan/step.ts'
import type { PlanPorts } from '../plan/types.ts'
import { type DivergedStep, findDivergence, gradientDivergence } from './diverged.ts'
import type { DivergedError } from './errors.ts'
import type { TrainGroup } from './groups.ts'
import { meanScalars } from './means.ts'
import { addTo, emptyTally, type Tally } from './metrics.ts'
import type { TrainSettings } from './options.ts'
import { TrackedStatistics } from './tracked.ts'

/** A training plan has them all. */
type TrainingPorts = Required<Pick<PlanPorts, 'pictures' | 'labels' | 'losses' | 'scalars' | 'seed'>> &
  Pick<PlanPorts, 'hits' | 'groups'>

/** A run that ends within so many milliseconds after a batch was filled had probably ended before. */
const endSeenMs = 0.05

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
  /** Where batches are accumulated: the first step of the plan that is run once for all of them. */
  readonly #updateFrom: number
  /** The batch that is ready, counted over the whole training. */
  #ready = -1
  /** Seconds that steps have waited for their batches since they were last asked for. */
  #waited = 0
  /** Of the last run that was seen to end, in milliseconds. */
  #runTime = 0

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
    this.#updateFrom = program.plan.steps.findIndex(({ phase }) => phase === 'update')
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
    const { accumulate, clipNorm } = this.#settings
    const program = this.#program
    await this.#tracked.keep()
    const tally = emptyTally()
    for (let part = 0; part < accumulate; part++) addTo(tally, await this.#run(step, part))
    if (accumulate > 1) await program.run({ from: this.#updateFrom, to: program.plan.sections.main?.to as number })
    // Clipping finds a gradient that is not finite, and leaves everything as it is, too.
    if (clipNorm !== null) {
      await program.read(this.#ports.scalars, this.#scalars)
      if (this.#scalars[scalarSlots.gradientScale] === 0) throw await this.#diverged(step, gradientDivergence)
    }
    return tally
  }

  /** One batch: all of a step, or its part of the gradients. */
  async #run(step: number, part: number): Promise<Tally> {
    const { accumulate } = this.#settings
    const program = this.#program
    const at = step * accumulate + part
    const asked = platform.now()
    await this.#fill(at)
    this.#waited += (platform.now() - asked) / 1000
    this.#write(step, part)
    await this.#runBeside(program, at + 1)
    const loss = sum(await program.read(this.#ports.losses, this.#losses))
    // A loss of numbers knows no right and wrong.
    const { hits: port } = this.#ports
    const hits = port === undefined ? 0 : sum(await program.read(port, this.#hits))
    if (!Number.isFinite(loss)) throw await this.#diverged(step, (where) => findDivergence(program, where))
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

  #write(step: number, part: number): void {
    const { seed, update, learning, accumulate, epochs, stepsPerEpoch } = this.#settings
    const program = this.#program
    program.write(this.#ports.pictures, this.#images)
    program.write(this.#ports.labels, this.#labels)
    const common = {
      gradientScale: 1,
      sumKept: part === 0 ? 0 : 1,
      ...meanScalars(this.#settings, step, epochs * stepsPerEpoch),
    }
    this.#writeScalars(this.#ports.scalars, {
      ...common,
      learningRate: this.rate(step),
      ...update.scalars(step + 1),
    })
    for (const { group: index, isOther, scalars } of this.#ports.groups ?? []) {
      const group = index === undefined ? undefined : learning[index]
      const main = group?.optimizer ?? update
      this.#writeScalars(scalars, {
        ...common,
        ...this.#scalarsOf(isOther ? (main.others ?? main) : main, group, step),
      })
    }
    program.write(this.#ports.seed, [seed, step * accumulate + part])
  }

  /** What differs between groups. A group that does not learn at this step is paused. */
  #scalarsOf(optimizer: Optimizer, group: TrainGroup | undefined, step: number): ScalarValues {
    const { from = 0, until = Number.POSITIVE_INFINITY, factor = 1, schedule } = group ?? {}
    const paused = step < from || step >= until ? 1 : 0
    const time = Math.max(0, step - from)
    const full = (optimizer.settings.rate as number) * factor
    const learningRate = schedule === undefined ? this.#settings.rates.rate(full, step) : schedule.rate(full, time)
    return { paused, learningRate: paused === 1 ? 0 : learningRate, ...optimizer.scalars(time + 1) }
  }

  #writeScalars(buffer: number, values: ScalarValues): void {
    this.#scalars.fill(0)
    for (const [name, value] of Object.entries(values)) this.#scalars[scalarSlots[name as ScalarName]] = value
    this.#program.write(buffer, this.#scalars)
  }

  /**
   * Seconds of training in which nothing was computed because a batch was not ready: an upper bound, as the end of a run is
   * not seen while a batch is filled. Begins to count anew.
   */
  takeWaited(): number {
    const waited = this.#waited
    this.#waited = 0
    return waited
  }

  /** The next batch is made ready while the workers compute. Behind the last epoch there is none. */
  async #runBeside(program: Program, next: number): Promise<void> {
    const began = platform.now()
    const { epochs, stepsPerEpoch, accumulate } = this.#settings
    const run = program.run(accumulate > 1 ? { from: 0, to: this.#updateFrom } : {})
    // Without workers, the run is over now.
    const started = platform.now()
    let ended = Number.POSITIVE_INFINITY
    const noted = run.finally(() => {
      ended = platform.now()
    })
    // Whoever awaits the run hears of its failure, also where the next batch fails.
    noted.catch(() => {})
    if (next < epochs * stepsPerEpoch * accumulate) await this.#fill(next)
    const filled = platform.now()
    await noted
    if (ended > filled + endSeenMs) this.#runTime = ended - began
    else {
      const end = ended < filled ? ended : Math.max(started, began + this.#runTime)
      this.#waited += Math.max(0, filled - end) / 1000
    }
  }

  async #fill(batch: number): Promise<void> {
    if (this.#ready === batch) return
    const perEpoch = this.#settings.stepsPerEpoch * this.#settings.accumulate
    const [epoch, at] = [Math.floor(batch / perEpoch), batch % perEpoch]
    const reading = this.#batches.ready(epoch, at)
    if (reading !== undefined) await reading
    this.#batches.fill(epoch, at, this.#images, this.#labels)
    this.#ready = batch
  }
}

/** In float64 and in order. */
function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i] as number
  return total
}
