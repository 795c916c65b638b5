/** The training in the worker: step after step in the session's order, until it is paused, done or cannot go on. */

import { type Dataset, parseAugmentation, type Split } from 'lenslet/data'
import { Model } from 'lenslet/model'
import type { Network } from 'lenslet/network'
import { evaluate, type StepFacts, type StepOptions, StepTraining } from 'lenslet/train'
import type { EngineContext } from '../engine/context.ts'
import { faultOf } from '../engine/fault.ts'
import { nextTurn } from '../engine/turn.ts'
import { FrozenFront } from '../pretrained/front.ts'
import type { CurvePoint, Settings, TestFacts, TrainState } from './messages.ts'
import { Pace } from './pace.ts'
import { checkInput, checkMemory, withOffer } from './refusal.ts'
import { sampleOf } from './testing.ts'

/** The page hears of progress at most this often. */
const tellMs = 100
/** A test while it trains is to take about this long, and testing a tenth of the time. */
const testMs = 300
const testShare = 10
/** Images of the first test, which shows how long an image takes. */
const firstTest = 100

export interface Begin {
  readonly network: Network
  readonly data: Dataset
  readonly settings: Settings
  /** Of the first weights, order and augmentation. */
  readonly seed: number
  /** Layers that keep their weights, as `frozen` of `train`. */
  readonly frozen?: readonly string[] | undefined
}

/** A training and what belongs to it. */
interface Run {
  readonly training: StepTraining
  /** Where frozen layers have run before the training, which is then of the others. */
  readonly front: FrozenFront | undefined
  putAt: number
  readonly model: Model
  readonly begin: Begin
  readonly pace: Pace
  settings: Settings
  state: TrainState
  rate: number
  /** Means since the page was last told. */
  sums: { loss: number; accuracy: number; steps: number }
  told: number
  tested: TestFacts | undefined
  testedAt: number
  testTook: number
  sample: Split | undefined
}

export class Trainer {
  readonly #context: EngineContext
  #run: Run | undefined
  #isGoing = false

  constructor(context: EngineContext) {
    this.#context = context
  }

  get state(): TrainState | undefined {
    return this.#run?.state
  }

  /** The test images that are looked at: all of them, or so many that a test does not hold up the training. */
  get sample(): Split | undefined {
    return this.#run === undefined ? undefined : (this.#run.sample ?? sampleOf(testOf(this.#run), firstTest))
  }

  /**
   * A fresh model takes the place of the one before, ready for its first step.
   *
   * @throws {LensletError} a network that does not fit the images or the tab, or settings that are invalid
   */
  async prepare(begin: Begin, give?: (network: Network) => Promise<Model>): Promise<Model> {
    const { network, data, settings, seed, frozen } = begin
    this.#isGoing = false
    checkInput(network, data)
    checkMemory(network, settings, frozen)
    const { session } = this.#context
    return session.between(async () => {
      await this.leave()
      await session.replace(undefined, 'none')
      const model = give === undefined ? await Model.create(network, { seed }) : await give(network)
      try {
        const options = optionsOf(settings, seed, frozen)
        const front = await FrozenFront.of(model, data, options)
        const training =
          front === undefined
            ? await StepTraining.begin(model, data, options)
            : await StepTraining.begin(front.model, front.data, front.options(options))
        // The names of the classes.
        await front?.putBack()
        this.#run = {
          training,
          front,
          putAt: 0,
          model,
          begin,
          settings,
          pace: new Pace(),
          state: 'ready',
          rate: settings.rate,
          sums: { loss: 0, accuracy: 0, steps: 0 },
          told: 0,
          tested: undefined,
          testedAt: Number.NEGATIVE_INFINITY,
          testTook: 0,
          sample: undefined,
        }
      } catch (error) {
        await model.dispose()
        throw withOffer(error, network, data, settings)
      }
      session.data = data
      await session.replace(model, give === undefined ? 'new' : 'loaded')
      this.#tell(this.#run)
      return model
    })
  }

  /** Within `between`: the training ends, so that its model can be replaced. */
  async leave(): Promise<void> {
    const before = this.#run
    this.#run = undefined
    this.#isGoing = false
    await before?.training.end()
    await before?.front?.dispose()
  }

  start(): void {
    const run = this.#run
    if (run === undefined || this.#isGoing) return
    this.#isGoing = true
    void this.#go(run, Number.POSITIVE_INFINITY)
  }

  pause(): void {
    this.#isGoing = false
  }

  async step(): Promise<void> {
    const run = this.#run
    if (run === undefined || this.#isGoing) return
    this.#isGoing = true
    await this.#go(run, 1)
  }

  /** Counts from the next step on. */
  async change(settings: Settings): Promise<{ readonly isOptimizerNew: boolean }> {
    const run = this.#run
    if (run === undefined) return { isOptimizerNew: false }
    const { network, data, seed, frozen } = run.begin
    checkMemory(network, settings, frozen)
    return this.#context.session.between(async () => {
      const options = optionsOf(settings, seed, frozen)
      const changed = run.front === undefined ? options : run.front.options(options)
      const result = await run.training.change(changed).catch((error: unknown) => {
        throw withOffer(error, network, data, settings)
      })
      run.settings = settings
      if (run.state === 'done' && !run.training.isDone) run.state = 'paused'
      this.#tell(run)
      return result
    })
  }

  /** Up to so many steps. */
  async #go(run: Run, most: number): Promise<void> {
    const isMine = () => this.#run === run
    try {
      if (!(await this.#runFront(run))) return
      if (run.tested === undefined) await this.#test(run)
      run.state = 'running'
      for (let taken = 0; taken < most && this.#isGoing && isMine() && !run.training.isDone; taken++) {
        const began = performance.now()
        const facts = await this.#context.session.between(async () => (isMine() ? takeStep(run) : undefined))
        if (facts === undefined) return
        run.pace.trained(facts.images, performance.now() - began)
        note(run, facts)
        if (this.#isTestDue(run)) await this.#test(run)
        else if (performance.now() - run.told > tellMs) this.#tell(run)
        await nextTurn()
      }
      if (!isMine()) return
      this.#isGoing = false
      run.state = run.training.isDone ? 'done' : 'paused'
      await this.#test(run)
    } catch (error) {
      if (!isMine()) return
      this.#isGoing = false
      run.state = 'failed'
      const { network, data } = run.begin
      this.#context.tell('train.failed', { fault: faultOf(withOffer(error, network, data, run.settings)) })
      this.#tell(run)
    }
  }

  /** Returns whether frozen layers have seen all images: a pause stops them, and the next start goes on. */
  async #runFront(run: Run): Promise<boolean> {
    const { front } = run
    if (front === undefined) return true
    run.state = 'running'
    this.#tell(run)
    const stop = new AbortController()
    let told = 0
    const heard = (done: number, all: number) => {
      if (this.#run !== run || !this.#isGoing) stop.abort()
      if (performance.now() - told < tellMs && done < all) return
      told = performance.now()
      this.#context.tell('train.features', { done, all })
    }
    try {
      await front.compute(stop.signal, heard)
      return true
    } catch (error) {
      if (!stop.signal.aborted) throw error
      run.state = 'paused'
      this.#tell(run)
      return false
    }
  }

  #isTestDue(run: Run): boolean {
    return performance.now() - run.testedAt > Math.max(testMs, testShare * run.testTook)
  }

  async #test(run: Run): Promise<void> {
    const test = testOf(run)
    if (test.count > 0) {
      const split = this.sample ?? test
      const began = performance.now()
      await this.#context.session.between(async () => {
        if (this.#run !== run) return
        await putBack(run)
        // What frozen layers gave is tested as it was learned: all of it, as it takes no time.
        const { front } = run
        const { loss, accuracy, count, confusion } = await (front === undefined
          ? evaluate(run.model, split)
          : evaluate(front.model, front.data.validation ?? front.data.test))
        run.tested = { epoch: run.training.epoch, loss, accuracy, count, of: test.count, confusion }
      })
      run.testedAt = performance.now()
      run.testTook = run.testedAt - began
      run.pace.tested(run.testTook)
      // The first test was slow, as everything is the first time.
      if (split.count < test.count && run.testTook < testMs / 2)
        run.sample = sampleOf(test, Math.min(4 * split.count, Math.floor((testMs * split.count) / run.testTook)))
    }
    this.#tell(run, run.tested)
  }

  #tell(run: Run, tested?: TestFacts): void {
    if (this.#run !== run) return
    const { training, pace, state, rate, sums, settings } = run
    const { step, stepsPerEpoch, epoch } = training
    const { steps } = sums
    const trained: CurvePoint | undefined =
      steps === 0 ? undefined : { epoch, loss: sums.loss / steps, accuracy: sums.accuracy / steps }
    run.sums = { loss: 0, accuracy: 0, steps: 0 }
    run.told = performance.now()
    this.#context.tell('train.progress', {
      state,
      step,
      stepsPerEpoch,
      epoch,
      epochs: settings.epochs,
      rate,
      imagesPerSecond: pace.rate,
      secondsLeft: pace.secondsFor((settings.epochs - epoch) * run.begin.data.train.count),
      ...(trained !== undefined && { trained }),
      ...(tested !== undefined && { tested }),
    })
  }
}

function note(run: Run, { loss, accuracy, rate }: StepFacts): void {
  run.rate = rate
  run.sums.loss += loss
  run.sums.accuracy += accuracy
  run.sums.steps++
}

/** How old what other panels see of the layers that learn may be. */
const putMs = 500

async function takeStep(run: Run): Promise<StepFacts> {
  const facts = await run.training.take()
  if (performance.now() - run.putAt > putMs) await putBack(run)
  return facts
}

async function putBack(run: Run): Promise<void> {
  await run.front?.putBack()
  run.putAt = performance.now()
}

function testOf({ begin: { data } }: Run): Split {
  return data.validation ?? data.test
}

function optionsOf(
  { batch, epochs, optimizer, rate, schedule, augment }: Settings,
  seed: number,
  frozen: readonly string[] = [],
): StepOptions {
  return {
    batch,
    epochs,
    seed,
    // The library refuses what it does not know, with the names that it does.
    optimizer: { kind: optimizer as 'adam', rate },
    schedule: schedule as 'constant',
    augment: augment.trim() === '' ? {} : parseAugmentation(augment),
    ...(frozen.length > 0 && { frozen }),
  }
}

const trainers = new WeakMap<EngineContext['session'], Trainer>()

/** The one of a session. */
export function trainerOf(context: EngineContext): Trainer {
  const trainer = trainers.get(context.session) ?? new Trainer(context)
  trainers.set(context.session, trainer)
  return trainer
}
