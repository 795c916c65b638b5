/**
 * A training from where it stands to its end or its stop. Where it stands is `state` and the arrays in the program, which
 * is what a checkpoint holds; the position in the training follows from the two numbers of finished steps and epochs, so
 * a session can begin at any of them.
 */

import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import type { Dataset, Split } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import type { Tensor } from '../model/safetensors.ts'
import type { Trainer } from '../model/uses.ts'
import type { FileLock } from '../platform/types.ts'
import { type BestWeights, lower, watchedOf } from './best.ts'
import { badUpdate, badWeight, printRate } from './diverged.ts'
import { exchangeMeans } from './ema.ts'
import { DivergedError } from './errors.ts'
import { evaluateLoaded } from './evaluateBy.ts'
import type { Evaluation } from './evaluation.ts'
import type { TrainingIdentity } from './identity.ts'
import { addTo, type EpochRecord, emptyTally, MetricsFile, means, recordInterval, type Tally } from './metrics.ts'
import type { TrainSettings } from './options.ts'
import { noEvaluation, Pace, type Progress, smooth, type TrainResult, type ViewedResult } from './progress.ts'
import { resultOf, standingOf } from './result.ts'
import { Saver } from './saver.ts'
import { finalSplitOf, viewedSplitOf, type Watched, watchedSplitOf } from './splits.ts'
import type { TrainState } from './state.ts'
import type { Stepper } from './stepper.ts'
import { stoppedImproving } from './stopping.ts'
import { WeightWatch } from './weightRecord.ts'

export interface SessionParts {
  readonly model: Model
  readonly trainer: Trainer
  readonly program: Program
  readonly stepper: Stepper
  readonly dataset: Dataset
  readonly settings: TrainSettings
  readonly identity: TrainingIdentity | undefined
  readonly state: TrainState
  readonly best: BestWeights
  readonly signal: AbortSignal | undefined
  /** Of the checkpoint; undefined where there is none. */
  readonly lock: FileLock | undefined
  /** What is worth knowing of a resumption; told with the first progress. */
  readonly notices: readonly string[]
  /** Milliseconds. */
  now(): number
  /** Called before the last progress, after which the caller may not ask for more: the model is free for another training. */
  ended(): void
}

/** An evaluation, and what was evaluated. */
interface Evaluated {
  readonly evaluation: Evaluation
  readonly evaluatedOn: Watched['name'] | undefined
}

const nothing: Evaluated = { evaluation: noEvaluation, evaluatedOn: undefined }
const progressMilliseconds = 100
/** Signals and timers get a turn this often, also where no worker is awaited. */
const turnMilliseconds = 30

export class Session {
  readonly #parts: SessionParts
  readonly #watched: Watched | undefined
  readonly #interval: number
  readonly #pace: Pace
  readonly #saver: Saver
  readonly #secondsBefore: number
  readonly #weights: WeightWatch
  #notices: readonly string[]
  #metrics: MetricsFile | undefined
  /** Seconds that steps waited for images: since the last record, and in this epoch. */
  readonly #waited = { interval: 0, epoch: 0 }
  /** Of the last epoch, and of the best one of this session. */
  #last = nothing
  #ofBest = nothing
  /** Whether the program has the running mean in the place of the weights. */
  #hasMean = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#watched = watchedSplitOf(parts.dataset)
    this.#interval = recordInterval(parts.settings.stepsPerEpoch)
    this.#pace = new Pace(parts.now)
    this.#saver = new Saver({ ...parts, checkWeights: () => this.#checkWeights() })
    this.#secondsBefore = parts.state.seconds
    this.#weights = new WeightWatch(parts.program)
    this.#notices = parts.notices
  }

  /** Begins the files, so that a path that cannot be written shows before the first step, not after the first hour. */
  async open(metrics: string | undefined): Promise<void> {
    if (metrics !== undefined) this.#metrics = await MetricsFile.open(metrics, this.#parts.state.records)
    await this.#saver.save()
  }

  /** After a divergence: the weights of the last good checkpoint, where there is one. */
  recover(error: DivergedError): Promise<void> {
    return this.#saver.recover(error)
  }

  async *run(): AsyncGenerator<Progress, TrainResult> {
    const { state, settings, signal, now } = this.#parts
    let shown = Number.NEGATIVE_INFINITY
    let turn = now()
    let stopped: TrainResult['stopped']
    while (state.epochs < settings.epochs) {
      if (signal?.aborted) {
        stopped = 'aborted'
        await this.#saver.save()
        break
      }
      if (state.step === (state.epochs + 1) * settings.stepsPerEpoch) {
        if (!(await this.#finishEpoch())) continue
        // What was evaluated is what the model has, until it is trained further.
        await this.#useMean(true)
        yield { ...this.#standing('epoch'), kind: 'epoch', ...this.#last }
        await this.#useMean(false)
        continue
      }
      // Asked before an epoch, not after it: a session that was killed in between stops there, too.
      if (this.#isHopeless()) {
        stopped = 'early'
        break
      }
      await this.#step()
      if (this.#saver.isDue) await this.#saver.save()
      if (now() - turn > turnMilliseconds) {
        await platform.nextTurn()
        turn = now()
      }
      if (now() - shown > progressMilliseconds) {
        await this.#metrics?.append(state.records)
        shown = now()
        yield { ...this.#standing('step'), kind: 'step' }
      }
    }
    await this.#metrics?.append(state.records)
    return yield* this.#end(stopped)
  }

  /** Gives the model the weights that it is to keep, and evaluates them on test pictures that were not looked at before. */
  async *#end(stopped: TrainResult['stopped']): AsyncGenerator<Progress, TrainResult> {
    const { trainer, program, settings, best, dataset, state } = this.#parts
    let lastWeights: ReadonlyMap<string, Tensor> | undefined
    await this.#useMean(true)
    let evaluated = stopped === 'aborted' ? nothing : this.#last
    const keptEpoch = stopped === 'aborted' ? state.epochs : (best.epoch ?? state.epochs)
    if (keptEpoch !== state.epochs) {
      lastWeights = await trainer.change(program, () => best.exchange())
      evaluated = this.#ofBest
    }
    await trainer.fetch()
    const final = stopped === 'aborted' || settings.evaluate === 'never' ? undefined : finalSplitOf(dataset)
    if (final !== undefined) {
      const evaluation = await this.#evaluate(final)
      if (evaluation === undefined) stopped = 'aborted'
      else evaluated = { evaluation, evaluatedOn: 'test' }
      state.seconds = this.#secondsBefore + this.#pace.seconds
    }
    const viewed = stopped === 'aborted' ? undefined : await this.#evaluateViews()
    const test = evaluated.evaluatedOn === 'test' ? evaluated.evaluation : undefined
    const imagesPerSecond = this.#pace.average
    const result = resultOf(state, {
      stopped,
      keptEpoch,
      lastWeights,
      test,
      viewed,
      imagesPerSecond,
      best: this.#best,
      isGraded: this.#parts.settings.isGraded,
    })
    this.#parts.ended()
    yield { ...this.#standing('done'), kind: 'done', ...evaluated, result }
    return result
  }

  #isHopeless(): boolean {
    const { state, settings } = this.#parts
    if (settings.patience === undefined || state.step % settings.stepsPerEpoch !== 0) return false
    const { warmup = 0 } = settings.schedule as { readonly warmup?: number }
    return stoppedImproving(state, settings.patience, warmup)
  }

  async #step(): Promise<void> {
    const { state, stepper, settings, trainer, program } = this.#parts
    if (state.step % settings.stepsPerEpoch === 0) state.epoch = emptyTally()
    const weights = settings.watchWeights && (state.step + 1) % settings.stepsPerEpoch === 0
    if (weights) await trainer.exclusively(program, () => this.#weights.begin())
    const tally = await stepper.take(state.step)
    const rate = stepper.rate(state.step)
    const waited = stepper.takeWaited()
    this.#waited.interval += waited
    this.#waited.epoch += waited
    state.step++
    // It has come past where it diverged before.
    if (state.diverged !== undefined && state.step > state.diverged.step + 1) delete state.diverged
    addTo(state.epoch, tally)
    addTo(state.interval, tally)
    const { loss, accuracy } = means(tally)
    this.#saver.stepped(loss)
    smooth(state.smoothed, loss, accuracy)
    this.#pace.trained(tally.count)
    state.seconds = this.#secondsBefore + this.#pace.seconds
    if ((state.step % settings.stepsPerEpoch) % this.#interval === 0) {
      const { seconds } = state
      const waited = rounded(this.#waited.interval)
      state.records.push({ kind: 'step', ...this.#place(rate), ...this.#means(state.interval), seconds, waited })
      state.interval = emptyTally()
      this.#waited.interval = 0
    }
    // Now, and not with the epoch's record: a checkpoint may come in between.
    const { epoch } = this.#place(rate)
    if (weights) state.records.push(await trainer.exclusively(program, () => this.#weights.end(epoch, state.step)))
  }

  /** False where it was aborted while it evaluated: the epoch is not finished, and evaluates again when it is resumed. */
  async #finishEpoch(): Promise<boolean> {
    const { trainer, settings, state, stepper } = this.#parts
    const { epochs, stepsPerEpoch } = settings
    const rate = stepper.rate(state.step - 1)
    await this.#checkWeights()
    await trainer.fetch()
    const isLast = state.step === epochs * stepsPerEpoch
    const watched = settings.evaluate === 'epoch' || (settings.evaluate === 'end' && isLast) ? this.#watched : undefined
    this.#last = nothing
    let plain: Evaluation | undefined
    if (watched !== undefined) {
      if (settings.ema !== null) plain = await this.#evaluate(watched.split)
      await this.#useMean(true)
      const evaluation = await this.#evaluate(watched.split)
      if (evaluation === undefined || (settings.ema !== null && plain === undefined)) {
        await this.#useMean(false)
        return false
      }
      if (!Number.isFinite(evaluation.loss)) throw this.#divergedOn(watched.name, rate)
      this.#last = { evaluation, evaluatedOn: watched.name }
    }
    state.seconds = this.#secondsBefore + this.#pace.seconds
    const record: EpochRecord = {
      kind: 'epoch',
      ...this.#place(rate),
      ...this.#means(state.epoch),
      ...measured(this.#last),
      ...(plain && { plainLoss: plain.loss, plainAccuracy: accuracyOf(plain) }),
      seconds: state.seconds,
      waited: rounded(this.#waited.epoch),
    }
    this.#waited.epoch = 0
    state.records.push(record)
    state.epochs++
    state.lowest = lower(state.lowest, watchedOf(record))
    if (state.lowest === undefined) delete state.lowest
    await this.#keepIfBest(record)
    await this.#useMean(false)
    await this.#metrics?.append(state.records)
    await this.#saver.save()
    return true
  }

  /** With `ema`: puts the running mean in the place of the weights, or the weights back. */
  async #useMean(isMean: boolean): Promise<void> {
    const { trainer, program, settings, state } = this.#parts
    if (settings.ema === null || state.step === 0 || this.#hasMean === isMean) return
    await trainer.change(program, () => exchangeMeans(program))
    await trainer.fetch()
    this.#hasMean = isMean
  }

  async #keepIfBest(record: EpochRecord): Promise<void> {
    const { trainer, program, settings, state, best } = this.#parts
    const watched = watchedOf(record)
    if (settings.keep !== 'best' || watched === undefined) return
    if (state.best !== undefined && !(watched.loss < state.best.loss)) return
    await trainer.exclusively(program, () => best.copy(record.epoch))
    state.best = watched
    this.#ofBest = this.#last
  }

  /** The epoch whose weights are kept; where none are, the one with the lowest loss. */
  get #best() {
    const { state } = this.#parts
    return state.best ?? state.lowest
  }

  /** Undefined where there are none, or it was aborted meanwhile: the result is that of a finished training all the same. */
  async #evaluateViews(): Promise<ViewedResult | undefined> {
    const { settings, dataset } = this.#parts
    const { views } = settings
    const viewed = viewedSplitOf(dataset)
    if (views === undefined || settings.evaluate === 'never' || viewed === undefined) return undefined
    const evaluation = await this.#evaluate(viewed.split, views)
    return evaluation && { views, loss: evaluation.loss, accuracy: evaluation.accuracy, split: viewed.name }
  }

  /** Undefined where it was aborted meanwhile. */
  async #evaluate(split: Split, views?: string): Promise<Evaluation | undefined> {
    const { model, settings, dataset, signal } = this.#parts
    const { normalization } = settings
    try {
      const evaluation = await evaluateLoaded(model, split, {
        normalization,
        classes: dataset.classes,
        views,
        signal,
      })
      this.#pace.evaluated()
      return evaluation
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return undefined
      throw error
    }
  }

  /** Throws `DivergedError` where the last update left a weight that is not finite. */
  async #checkWeights(): Promise<void> {
    const { program, state, settings, stepper } = this.#parts
    const bad = await badWeight(program)
    if (bad === undefined) return
    const rate = stepper.rate(Math.max(0, state.step - 1))
    const { stepsPerEpoch, optimizer } = settings
    throw badUpdate(bad, { step: state.step, stepsPerEpoch, rate, fullRate: optimizer.rate as number })
  }

  #divergedOn(split: Watched['name'], rate: number): DivergedError {
    const { state, settings, model } = this.#parts
    const node = model.network.nodes.at(-1)?.name ?? ''
    return new DivergedError(
      `the loss on the ${split} images is not finite, though the weights are`,
      { step: state.step, epoch: state.step / settings.stepsPerEpoch, node, buffer: node },
      { received: `scores of NaN or ∞ at learning rate ${printRate(rate)}`, advice: 'a lower rate, or clipNorm 1' },
    )
  }

  /** As a record has them: numbers are neither right nor wrong. */
  #means(tally: Tally) {
    const { loss, accuracy } = means(tally)
    return this.#parts.settings.isGraded ? { loss, accuracy } : { loss }
  }

  #place(rate: number): { epoch: number; step: number; rate: number } {
    const { state, settings } = this.#parts
    return { epoch: Math.ceil(state.step / settings.stepsPerEpoch), step: state.step, rate }
  }

  #standing(kind: Progress['kind']) {
    const { state, settings, stepper } = this.#parts
    const checkpoint = this.#saver.takeWritten()
    const notices = this.#notices
    this.#notices = []
    return {
      ...standingOf(kind, state, settings, this.#pace),
      rate: stepper.rate(Math.max(0, state.step - 1)),
      best: this.#best,
      records: state.records,
      ...(checkpoint !== undefined && { checkpoint }),
      ...(notices.length > 0 && { notices }),
    }
  }
}

/** Numbers are neither right nor wrong. */
function accuracyOf({ accuracy }: Evaluation): number | undefined {
  return Number.isNaN(accuracy) ? undefined : accuracy
}

/** To microseconds. */
const rounded = (seconds: number) => Math.round(1e6 * seconds) / 1e6

/** As a record has it. */
function measured({ evaluation, evaluatedOn }: Evaluated): Partial<EpochRecord> {
  if (evaluatedOn === undefined) return {}
  const { loss } = evaluation
  const accuracy = accuracyOf(evaluation)
  return evaluatedOn === 'test'
    ? { testLoss: loss, testAccuracy: accuracy }
    : { validationLoss: loss, validationAccuracy: accuracy }
}
