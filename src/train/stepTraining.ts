/**
 * A training whose steps are asked for one by one, and whose settings may change between two of them: for an interface in
 * which a person turns the knobs. `train` is for everything else: its settings are fixed, so that it can be resumed bit by bit.
 */

import type { Program } from '../backends/types.ts'
import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import { sizeOf, volumeSize } from '../core/shapes.ts'
import { checkAugmentation } from '../data/augmentation.ts'
import { Batches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import { type Model, trainerOf } from '../model/model.ts'
import type { BindOptions, Trainer } from '../model/uses.ts'
import type { Optimizer } from '../ops/optimizer/optimizers.ts'
import { bufferOf } from '../plan/step.ts'
import { type Claim, claim } from './claim.ts'
import { matchDataset } from './match.ts'
import { planOptionsOf, resolveSettings, type TrainOptions, type TrainSettings } from './options.ts'
import { Stepper } from './stepper.ts'

/** As for `train`. The seed is that of order, augmentation and dropout. */
export type StepOptions = Pick<
  TrainOptions,
  | 'epochs'
  | 'batch'
  | 'optimizer'
  | 'schedule'
  | 'decay'
  | 'augment'
  | 'labelSmoothing'
  | 'classWeights'
  | 'clipNorm'
  | 'frozen'
  | 'seed'
>

/** What a step has done. */
export interface StepFacts {
  /** Steps finished, this one among them. */
  readonly step: number
  /** Passes over the training images so far; a fraction. */
  readonly epoch: number
  /** Mean over the step's images, before its update, as trained: with label smoothing and dropout. */
  readonly loss: number
  /** Share of the step's images that were right before its update, 0 to 1; NaN for a loss of numbers. */
  readonly accuracy: number
  readonly images: number
  /** Learning rate. */
  readonly rate: number
}

/** Arrays of the optimizer, by name, while they are in no program. */
type OptimizerState = ReadonlyMap<string, Float32Array>

/** Calls take effect in the order in which they are made. */
export class StepTraining {
  readonly #model: Model
  readonly #dataset: Dataset
  readonly #trainer: Trainer
  readonly #claim: Claim
  #options: StepOptions
  #settings: TrainSettings
  #stepper: Stepper
  #step = 0
  /** Updates since the optimizer's arrays were all zeros. */
  #updates = 0
  #last: Promise<unknown> = Promise.resolve()
  #isEnded = false

  private constructor(
    model: Model,
    dataset: Dataset,
    options: StepOptions,
    begun: {
      readonly trainer: Trainer
      readonly claimed: Claim
      readonly settings: TrainSettings
      readonly program: Program
    },
  ) {
    this.#model = model
    this.#dataset = dataset
    this.#options = options
    this.#trainer = begun.trainer
    this.#claim = begun.claimed
    this.#settings = begun.settings
    this.#claim.program = begun.program
    this.#stepper = this.#stepperFor(begun.program)
  }

  /**
   * Makes everything ready for the first step.
   *
   * Throws as `train` does: `ArgumentError`, `DataMismatchError`, `LabelRangeError` or `AugmentationError` for options and data,
   * `ModelBusyError` where the model is being trained, `MemoryError`.
   */
  static async begin(model: Model, dataset: Dataset, options: StepOptions): Promise<StepTraining> {
    const settings = settingsOf(model, dataset, options)
    const matched = matchDataset(model, dataset)
    const trainer = trainerOf(model)
    const claimed = await claim(model, trainer)
    try {
      const program = await trainer.hold(planOptionsOf(settings))
      const training = new StepTraining(model, matched, options, { trainer, claimed, settings, program })
      model.info = { ...model.info, classes: matched.classes, normalization: settings.normalization }
      return training
    } catch (error) {
      claimed.end()
      throw error
    }
  }

  get step(): number {
    return this.#step
  }

  get stepsPerEpoch(): number {
    return this.#settings.stepsPerEpoch
  }

  /** Passes over the training images so far; a fraction. */
  get epoch(): number {
    return this.#step / this.#settings.stepsPerEpoch
  }

  /** Whether all epochs are done; `change({ epochs })` makes it longer. */
  get isDone(): boolean {
    return this.#step >= this.#settings.epochs * this.#settings.stepsPerEpoch
  }

  /**
   * Takes the next step. Throws `DivergedError` where the loss is not finite, and then every weight is as it was before;
   * `ArgumentError` where all epochs are done; `DisposedError` where the model was released or disposed of.
   */
  take(): Promise<StepFacts> {
    return this.#inTurn(async () => {
      if (this.isDone)
        throw new ArgumentError('the training is at its end', {
          received: `a step after the last of ${this.#settings.epochs} epochs`,
          advice: `change({ epochs: ${this.#settings.epochs + 1} }) makes it longer`,
        })
      const rate = this.#stepper.rate(this.#step)
      const { loss, hits, count } = await this.#stepper.take(this.#step)
      this.#step++
      this.#updates++
      const accuracy = this.#settings.isGraded ? hits / count : Number.NaN
      return { step: this.#step, epoch: this.epoch, loss: loss / count, accuracy, images: count, rate }
    })
  }

  /**
   * Other settings from the next step on; those that are left out stay as they are. The weights are kept, and so is what the
   * optimizer has gathered (velocities, means), unless it is another optimizer. With another batch the training
   * goes on at the same share of its epoch.
   *
   * Throws what `begin` throws for the options; the training then is as it was.
   */
  change(options: Partial<StepOptions>): Promise<{ readonly isOptimizerNew: boolean }> {
    return this.#inTurn(async () => {
      const given = { ...this.#options, ...options }
      const settings = settingsOf(this.#model, this.#dataset, given)
      const step = Math.round((this.#step * settings.stepsPerEpoch) / this.#settings.stepsPerEpoch)
      const { optimizer } = this.#settings
      const [before, after] = [planOptionsOf(this.#settings), planOptionsOf(settings)]
      let program = this.#claim.program as Program
      let isOptimizerNew = false
      if (planKey(before) !== planKey(after)) {
        const state = await this.#stateOf(program)
        program = await this.#replaced(before, after, state)
        isOptimizerNew = !(await this.#restored(
          program,
          settings.optimizer.kind === optimizer.kind ? state : new Map(),
        ))
      }
      if (isOptimizerNew) this.#updates = 0
      this.#options = given
      this.#step = step
      this.#settings = { ...settings, update: countingFrom(settings.update, step - this.#updates) }
      this.#stepper = this.#stepperFor(program)
      return { isOptimizerNew }
    })
  }

  /** The model is free for another training; it keeps what it has learned. */
  end(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isEnded = true
      this.#claim.end()
      await this.#trainer.fetch()
    })
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.then(() => {
      if (this.#isEnded) throw new ArgumentError('this training was ended', { advice: 'begin another one' })
      return task()
    })
    this.#last = run.catch(() => {})
    return run
  }

  #stepperFor(program: Program): Stepper {
    const { batch, normalization, seed, augment } = this.#settings
    const scores = volumeSize(this.#model.output)
    const batches = new Batches(this.#dataset.train, { batch, normalization, seed, augment, scores })
    return new Stepper(this.#trainer, program, batches, this.#settings)
  }

  /** The program of another plan in the place of the one that is held; where it does not fit, that one comes back. */
  async #replaced(before: BindOptions, after: BindOptions, state: OptimizerState): Promise<Program> {
    try {
      const program = await this.#trainer.hold(after)
      this.#claim.program = program
      return program
    } catch (error) {
      const program = await this.#trainer.hold(before)
      this.#claim.program = program
      await this.#restored(program, state)
      this.#stepper = this.#stepperFor(program)
      throw error
    }
  }

  async #stateOf(program: Program): Promise<OptimizerState> {
    const state = new Map<string, Float32Array>()
    await this.#trainer.exclusively(program, async () => {
      for (const { name, buffer } of program.plan.optimizerState)
        state.set(name, ((await program.read(buffer)) as Float32Array).slice())
    })
    return state
  }

  /** Whether the program keeps arrays of the same names and sizes, which then have these values. */
  async #restored(program: Program, state: OptimizerState): Promise<boolean> {
    const wanted = program.plan.optimizerState
    const fits = wanted.every(
      ({ name, buffer }) => state.get(name)?.length === sizeOf(bufferOf(program.plan, buffer).shape),
    )
    if (!fits) return false
    await this.#trainer.change(program, async () => {
      for (const { name, buffer } of wanted) program.write(buffer, state.get(name) as Float32Array)
    })
    return true
  }
}

const names = {
  epochs: true,
  batch: true,
  optimizer: true,
  schedule: true,
  decay: true,
  augment: true,
  labelSmoothing: true,
  classWeights: true,
  clipNorm: true,
  frozen: true,
  seed: true,
} as const

function settingsOf(model: Model, dataset: Dataset, options: StepOptions): TrainSettings {
  checkOptions<StepOptions>('StepTraining', options, names)
  const settings = resolveSettings(model, dataset, options)
  checkAugmentation(settings.augment, dataset.train)
  return settings
}

/** What of the options is in the plan: the rate is written before each step. */
function planKey({ goal, ...options }: BindOptions): string {
  const { optimizer, ...others } = goal as { readonly optimizer: object }
  return JSON.stringify([options, others, { ...optimizer, rate: 0 }])
}

/** An optimizer that counts its updates from a step on: its arrays were all zeros before that step. */
function countingFrom(optimizer: Optimizer, first: number): Optimizer {
  const { others } = optimizer
  return {
    ...optimizer,
    scalars: (step) => optimizer.scalars(step - first),
    others: others && countingFrom(others, first),
  }
}
