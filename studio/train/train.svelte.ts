/** The training as the page sees it: what the engine last told, and what a person may do. */

import { editor } from '../editor/editor.svelte.ts'
import { EngineFault, engine } from '../engine/client.ts'
import type { Fault, Offer } from '../engine/fault.ts'
import type { Freeze } from '../pretrained/messages.ts'
import { store } from '../state/store.svelte.ts'
import { optimizerRates } from './choices.ts'
import { Curve, type Lines, linesOf } from './curves.ts'
import type { DataName } from './dataNames.ts'
import { mendedText } from './mend.ts'
import type { Judged, Prepared, Settings, TestFacts, TrainProgress } from './messages.ts'

/** A design that is being typed is made ready when the typing stops. */
const quietMs = 350
/** While it trains, mistakes are looked at again this often. */
const judgeMs = 1500
const shownMistakes = 12

class Training {
  prepared = $state.raw<Prepared | undefined>(undefined)
  progress = $state.raw<TrainProgress | undefined>(undefined)
  tested = $state.raw<TestFacts | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)
  /** Of the data that is being read: 0 to 1. */
  reading = $state<number | undefined>(undefined)
  /** Images that have been through the frozen layers, before the first step. */
  features = $state.raw<{ readonly done: number; readonly all: number } | undefined>(undefined)
  /** It begins with the trained network that a person gave; these of its layers keep their weights. */
  freeze = $state<Freeze | undefined>(undefined)
  /** The text that is being made ready. */
  preparing = $state<string | undefined>(undefined)
  /** Something to know that is no error. */
  notice = $state<'optimizer' | undefined>(undefined)
  loss = $state.raw<Lines>([[], [], []])
  accuracy = $state.raw<Lines>([[], [], []])
  /** The cell of the confusion matrix whose images are shown; undefined for the worst mistakes. */
  cell = $state.raw<{ readonly actual: number; readonly predicted: number } | undefined>(undefined)
  judged = $state.raw<readonly Judged[]>([])

  #held: string | undefined
  readonly #train = new Curve()
  readonly #test = new Curve()
  #timer: ReturnType<typeof setTimeout> | undefined
  #judgedAt = 0
  /** The last text that a model was asked of. */
  #followed: string | undefined
  /** Seed of the model that is there; another one counts after a reset. */
  #seed = 0

  constructor() {
    engine.on('train.progress', (progress) => this.#heard(progress))
    engine.on('train.reading', ({ share }) => {
      this.reading = share
    })
    engine.on('train.features', (features) => {
      this.features = features.done < features.all ? features : undefined
    })
    engine.on('train.failed', ({ fault }) => {
      this.fault = fault
    })
  }

  get isRunning(): boolean {
    return this.progress?.state === 'running'
  }

  /** Whether the model is not of the text, the data or the seed that are chosen now. */
  get isStale(): boolean {
    const { prepared } = this
    return (
      prepared !== undefined &&
      (prepared.text !== store.design?.text || prepared.data.name !== store.data || this.#seed !== store.seed)
    )
  }

  get settings(): Settings {
    const { batch, optimizer, rate, schedule, epochs, augment } = store
    return { batch, optimizer, rate, schedule, epochs, augment }
  }

  /** This design has a model of its own, which a fresh one must not replace. */
  hold(text: string): void {
    this.#held = text
  }

  /** The model was replaced by one that is not trained here. */
  leave(): void {
    this.#followed = undefined
    this.prepared = undefined
    this.progress = undefined
    this.features = undefined
    this.fault = undefined
    this.#clear()
  }

  /** Called when a design is there: a model that has learned nothing follows it. */
  follow(text: string): void {
    if (this.#held === text) return
    this.#held = undefined
    if (text === this.#followed || (this.progress !== undefined && this.progress.step > 0)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.reset(), this.prepared === undefined ? 0 : quietMs)
  }

  /** A model from elsewhere is the engine's: of this text, and ready to be trained where the images fit. */
  adopt(text: string, prepared: Prepared | undefined): void {
    clearTimeout(this.#timer)
    this.hold(text)
    const { progress } = this
    this.leave()
    if (prepared === undefined) return
    this.prepared = prepared
    this.progress = progress
    this.#seed = store.seed
  }

  /** A fresh model of the text. */
  async reset(): Promise<void> {
    clearTimeout(this.#timer)
    const text = store.design?.text
    if (text === undefined) return
    const { data, seed } = store
    const { settings, freeze } = this
    this.#followed = text
    this.preparing = text
    this.features = undefined
    try {
      const prepared = await engine.latest('train.prepare', { text, data, seed, settings, freeze })
      if (prepared === undefined) return
      this.prepared = prepared
      this.#seed = seed
      this.fault = undefined
      this.notice = undefined
    } catch (error) {
      this.#failed(error)
      this.prepared = undefined
      this.progress = undefined
    } finally {
      if (this.preparing === text) this.preparing = undefined
      this.reading = undefined
    }
    this.#clear()
  }

  async start(): Promise<void> {
    // The design of the last keystroke is what is to be trained, though its model is not there yet.
    const isBehind = this.prepared?.text !== store.design?.text && (this.progress?.step ?? 0) === 0
    if (isBehind || (this.fault !== undefined && this.progress?.state !== 'failed')) await this.reset()
    if (this.prepared === undefined) return
    this.fault = undefined
    if (this.progress?.state === 'done')
      await this.set({ epochs: store.epochs + Math.max(1, Math.ceil(store.epochs / 2)) })
    await this.#try(() => engine.ask('train.start', {}))
  }

  async pause(): Promise<void> {
    await this.#try(() => engine.ask('train.pause', {}))
  }

  toggle(): Promise<void> {
    return this.isRunning ? this.pause() : this.start()
  }

  async step(): Promise<void> {
    this.fault = undefined
    await this.#try(() => engine.ask('train.step', {}))
  }

  /** From the next step on. A rate that fits comes with another optimizer. */
  async set(change: Partial<Settings>): Promise<void> {
    const before = this.settings
    const rate = change.optimizer === undefined ? undefined : optimizerRates[change.optimizer]
    store.setTraining({ ...change, ...(rate !== undefined && change.rate === undefined && { rate }) })
    if (this.prepared === undefined) {
      if (this.fault !== undefined) await this.reset()
      return
    }
    try {
      const { isOptimizerNew } = await engine.ask('train.change', { settings: this.settings })
      this.fault = undefined
      this.notice = isOptimizerNew && (this.progress?.step ?? 0) > 0 ? 'optimizer' : undefined
    } catch (error) {
      this.#failed(error)
      // The controls show what trains.
      if (this.fault?.offer === undefined) store.setTraining(before)
    }
  }

  /** Counts after a reset; a model that has learned nothing is made anew at once. */
  async choose(change: { readonly data?: DataName; readonly seed?: number }, freeze?: Freeze): Promise<void> {
    store.setTraining(change)
    if (change.data !== undefined) this.freeze = freeze
    if ((this.progress?.step ?? 0) === 0 || change.data !== undefined) await this.reset()
  }

  /** CIFAR-10's files. */
  async give(files: readonly File[]): Promise<void> {
    await this.#try(() => engine.ask('train.give', { files }))
    if (this.fault === undefined) await this.choose({ data: 'cifar10' })
  }

  /** Does what the engine offered. */
  async accept(offer: Offer): Promise<void> {
    const { design } = store
    const text = design && mendedText(design.text, design.layers, offer)
    if (text !== undefined) editor.replace(text)
    else if (offer.kind === 'batch') await this.set({ batch: offer.batch })
    else if (offer.kind === 'rate') {
      await this.set({ rate: offer.rate })
      // What had grown too large stays too large: it begins anew.
      await this.reset()
      await this.start()
    }
  }

  async show(cell: { readonly actual: number; readonly predicted: number } | undefined): Promise<void> {
    this.cell = cell
    await this.#judge()
  }

  async #judge(): Promise<void> {
    this.#judgedAt = performance.now()
    const { cell } = this
    try {
      const answer = await engine.latest('train.judge', { most: shownMistakes, ...(cell && { cell }) })
      if (answer !== undefined) this.judged = answer.images
    } catch (error) {
      // The model was replaced meanwhile: the next one is judged when it has learned something.
      if (!(error instanceof EngineFault)) throw error
    }
  }

  #heard(progress: TrainProgress): void {
    const { trained, tested } = progress
    // Of a fresh model. (With a larger batch, the same place of the training is a smaller number of steps.)
    if (progress.state === 'ready' && progress.step === 0) this.#clear()
    this.progress = progress
    if (trained !== undefined) this.#train.add(trained)
    if (tested !== undefined) {
      this.#test.add(tested)
      this.tested = tested
      const isDue = progress.state !== 'running' || performance.now() - this.#judgedAt > judgeMs
      if (isDue && tested.epoch > 0) void this.#judge()
    }
    if (trained === undefined && tested === undefined) return
    this.loss = linesOf(this.#train.points, this.#test.points, 'loss')
    this.accuracy = linesOf(this.#train.points, this.#test.points, 'accuracy')
  }

  #clear(): void {
    this.#train.clear()
    this.#test.clear()
    this.loss = [[], [], []]
    this.accuracy = [[], [], []]
    this.tested = undefined
    this.judged = []
    this.cell = undefined
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof EngineFault)) throw error
    this.fault = error.fault
  }
}

export const training = new Training()
