/**
 * A training from where it stands to its end or its stop. Where it stands is `state` and the arrays in the program, which
 * is what a checkpoint holds; the position in the training follows from the two numbers of finished steps and epochs, so
 * a session can begin at any of them.
 */

import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import type { Split } from '../data/dataset.ts'
import type { Model, Trainer } from '../model/model.ts'
import { checkpointParts, readCheckpoint, restoreWeights } from './checkpoint.ts'
import { badUpdate, badWeight } from './diverged.ts'
import { DivergedError } from './errors.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import type { TrainingIdentity } from './identity.ts'
import { addTo, type EpochRecord, emptyTally, MetricsFile, means, recordInterval } from './metrics.ts'
import type { TrainSettings } from './options.ts'
import { Pace, type Progress, smooth, type TrainResult } from './progress.ts'
import { historyOf, type TrainState } from './state.ts'
import type { Stepper } from './stepper.ts'
import { stoppedImproving } from './stopping.ts'

export interface SessionParts {
  readonly model: Model
  readonly trainer: Trainer
  readonly program: Program
  readonly stepper: Stepper
  readonly test: Split
  readonly classes: readonly string[]
  readonly settings: TrainSettings
  readonly identity: TrainingIdentity
  readonly state: TrainState
  readonly signal: AbortSignal | undefined
  /** Milliseconds. */
  now(): number
}

const progressMilliseconds = 100
/** Signals and timers get a turn this often, also where no worker is awaited. */
const turnMilliseconds = 30

export class Session {
  readonly #parts: SessionParts
  readonly #steps: number
  readonly #interval: number
  readonly #pace: Pace
  readonly #secondsBefore: number
  /** Epochs finished, their evaluation included. */
  #epochsDone: number
  #metrics: MetricsFile | undefined
  #saved: { readonly step: number; readonly time: number } | undefined
  #written: string | undefined
  #evaluation: Evaluation | undefined

  constructor(parts: SessionParts) {
    const { epochs, stepsPerEpoch } = parts.settings
    this.#parts = parts
    this.#steps = epochs * stepsPerEpoch
    this.#interval = recordInterval(stepsPerEpoch)
    this.#pace = new Pace(parts.now)
    this.#secondsBefore = parts.state.seconds
    this.#epochsDone = historyOf(parts.state).length
  }

  /** Begins the files, so that a path that cannot be written shows before the first step, not after the first hour. */
  async open(metrics: string | undefined): Promise<void> {
    if (metrics !== undefined) this.#metrics = await MetricsFile.open(metrics, this.#parts.state.records)
    await this.#save()
  }

  async *run(): AsyncGenerator<Progress, TrainResult> {
    const { state, settings, signal, now } = this.#parts
    let shown = Number.NEGATIVE_INFINITY
    let turn = now()
    let stopped: TrainResult['stopped']
    while (this.#epochsDone < settings.epochs) {
      if (signal?.aborted) {
        stopped = 'aborted'
        await this.#save()
        break
      }
      if (state.step === (this.#epochsDone + 1) * settings.stepsPerEpoch) {
        if (!(await this.#finishEpoch())) continue
        yield this.#progress('epoch')
        continue
      }
      // Asked before an epoch, not after it: a session that was killed in between stops there, too.
      if (this.#isHopeless()) {
        stopped = 'early'
        break
      }
      await this.#step()
      if (this.#saveIsDue()) await this.#save()
      if (now() - turn > turnMilliseconds) {
        await platform.nextTurn()
        turn = now()
      }
      if (now() - shown > progressMilliseconds) {
        await this.#metrics?.append(state.records)
        shown = now()
        yield this.#progress('step')
      }
    }
    await this.#metrics?.append(state.records)
    await this.#parts.trainer.fetch()
    const result = this.#result(stopped)
    yield { ...this.#progress('done'), result }
    return result
  }

  #isHopeless(): boolean {
    const { state, settings } = this.#parts
    if (settings.patience === undefined || state.step % settings.stepsPerEpoch !== 0) return false
    return stoppedImproving(historyOf(state), settings.patience)
  }

  async #step(): Promise<void> {
    const { state, stepper, settings } = this.#parts
    if (state.step % settings.stepsPerEpoch === 0) state.epoch = emptyTally()
    const tally = await stepper.take(state.step)
    const rate = stepper.rate(state.step)
    state.step++
    addTo(state.epoch, tally)
    addTo(state.interval, tally)
    const { loss, accuracy } = means(tally)
    smooth(state.smoothed, loss, accuracy)
    this.#pace.trained(tally.count)
    state.seconds = this.#secondsBefore + this.#pace.seconds
    if ((state.step % settings.stepsPerEpoch) % this.#interval === 0) {
      state.records.push({ kind: 'step', ...this.#place(rate), ...means(state.interval), seconds: state.seconds })
      state.interval = emptyTally()
    }
  }

  /** False where it was aborted while it evaluated: the epoch is not finished, and evaluates again when it is resumed. */
  async #finishEpoch(): Promise<boolean> {
    const { model, trainer, settings, state, test, classes, signal } = this.#parts
    const { epochs, stepsPerEpoch, normalization } = settings
    const rate = this.#parts.stepper.rate(state.step - 1)
    await this.#checkWeights()
    await trainer.fetch()
    const last = state.step === epochs * stepsPerEpoch
    this.#evaluation = undefined
    if (settings.evaluate === 'epoch' || (settings.evaluate === 'end' && last)) {
      try {
        this.#evaluation = await evaluate(model, test, { normalization, classes, signal })
      } catch (error) {
        if (signal?.aborted && error === signal.reason) return false
        throw error
      }
      if (!Number.isFinite(this.#evaluation.loss)) throw this.#divergedOnTest(rate)
      this.#pace.evaluated()
    }
    state.seconds = this.#secondsBefore + this.#pace.seconds
    const record: EpochRecord = {
      kind: 'epoch',
      ...this.#place(rate),
      ...means(state.epoch),
      ...(this.#evaluation && { testLoss: this.#evaluation.loss, testAccuracy: this.#evaluation.accuracy }),
      seconds: state.seconds,
    }
    state.records.push(record)
    this.#epochsDone++
    await this.#metrics?.append(state.records)
    await this.#save()
    return true
  }

  /** Throws `DivergedError` where the last update left a weight that is not finite. */
  async #checkWeights(): Promise<void> {
    const { program, state, settings, stepper } = this.#parts
    const bad = await badWeight(program)
    if (bad === undefined) return
    const rate = stepper.rate(Math.max(0, state.step - 1))
    throw badUpdate(bad, { step: state.step, stepsPerEpoch: settings.stepsPerEpoch, rate })
  }

  #divergedOnTest(rate: number): DivergedError {
    const { state, settings, model } = this.#parts
    const node = model.network.nodes.at(-1)?.name ?? ''
    return new DivergedError(
      'the loss on the test pictures is not finite, though the weights are',
      { step: state.step, epoch: state.step / settings.stepsPerEpoch, node, buffer: node },
      { received: `scores of NaN or ∞ at learning rate ${rate.toPrecision(3)}`, advice: 'a lower rate, or clipNorm 1' },
    )
  }

  #place(rate: number): { epoch: number; step: number; rate: number } {
    const { state, settings } = this.#parts
    return { epoch: Math.ceil(state.step / settings.stepsPerEpoch), step: state.step, rate }
  }

  #saveIsDue(): boolean {
    const { settings, state, now } = this.#parts
    if (settings.checkpoint === undefined) return false
    const { everySeconds, everySteps } = settings.checkpoint
    const { step, time } = this.#saved ?? { step: 0, time: 0 }
    return state.step - step >= everySteps || now() - time >= everySeconds * 1000
  }

  async #save(): Promise<void> {
    const { trainer, program, identity, state, settings, now } = this.#parts
    if (settings.checkpoint === undefined) return
    const { path } = settings.checkpoint
    // In one go with the reading of the arrays: the program does nothing else meanwhile.
    await trainer.exclusively(program, async () => {
      // A training cannot continue from weights that are not finite: better keep the checkpoint before.
      await this.#checkWeights()
      await platform.writeFileAtomic(path, await checkpointParts(program, identity, state))
    })
    this.#saved = { step: state.step, time: now() }
    this.#written = path
  }

  /** After a divergence: the weights of the last checkpoint that this session wrote, where there is one. */
  async recover(): Promise<void> {
    const { trainer, program, settings } = this.#parts
    const path = settings.checkpoint?.path
    if (path === undefined || this.#saved === undefined) return
    const checkpoint = await readCheckpoint(path)
    await trainer.exclusively(program, async () => restoreWeights(program, checkpoint))
  }

  #progress(kind: Progress['kind']): Progress {
    const { state, settings, stepper } = this.#parts
    const { epochs, stepsPerEpoch, batch } = settings
    const { loss, accuracy, weight } = state.smoothed
    const mean = kind === 'step' ? { loss: loss / weight, accuracy: accuracy / weight } : means(state.epoch)
    const stepInEpoch = state.step === 0 ? 0 : ((state.step - 1) % stepsPerEpoch) + 1
    const evaluations = settings.evaluate === 'epoch' ? epochs - this.#epochsDone : 0
    const checkpoint = this.#written
    this.#written = undefined
    return {
      kind,
      epoch: Math.max(1, Math.ceil(state.step / stepsPerEpoch)),
      epochs,
      step: state.step,
      steps: this.#steps,
      stepInEpoch,
      stepsPerEpoch,
      ...mean,
      rate: stepper.rate(Math.max(0, state.step - 1)),
      imagesPerSecond: this.#pace.recent(),
      secondsLeft: this.#pace.left((this.#steps - state.step) * batch, evaluations),
      ...(kind !== 'step' && this.#evaluation && { evaluation: this.#evaluation }),
      ...(checkpoint !== undefined && { checkpoint }),
    }
  }

  #result(stopped: TrainResult['stopped']): TrainResult {
    const { state } = this.#parts
    const history = historyOf(state)
    const evaluated = history.findLast(({ testLoss }) => testLoss !== undefined)
    const { loss, accuracy } = means(state.epoch)
    return {
      epochs: history.length,
      steps: state.step,
      seconds: state.seconds,
      trainLoss: loss,
      trainAccuracy: accuracy,
      ...(evaluated && { testLoss: evaluated.testLoss, testAccuracy: evaluated.testAccuracy }),
      imagesPerSecond: this.#pace.average,
      ...(stopped && { stopped }),
      history,
      records: state.records,
    }
  }
}
