/** Taking away and bringing back, as the page sees it. */

import { editor } from '../editor/editor.svelte.ts'
import { EngineFault, engine } from '../engine/client.ts'
import type { Fault } from '../engine/fault.ts'
import { store } from '../state/store.svelte.ts'
import { training } from '../train/train.svelte.ts'
import { fileNameOf } from './code.ts'
import type { Loaded, ModelFacts, Story, TakeKind, Wish } from './messages.ts'

/** How each kind of file ends. */
export const endings: Readonly<Record<TakeKind, string>> = {
  lenslet: '.lenslet',
  onnx: '.onnx',
  safetensors: '.safetensors',
  report: '.html',
}

class Take {
  model = $state.raw<ModelFacts | undefined>(undefined)
  title = $state('')
  /** What is being written or read. */
  busy = $state<TakeKind | 'load' | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)
  /** Of the model that was loaded last: what a person should know. */
  notes = $state.raw<readonly string[]>([])
  loaded = $state<string | undefined>(undefined)

  async look(): Promise<void> {
    await this.attempt(async () => {
      this.model = (await engine.ask('take.facts', {})).model
    })
    if (this.title === '') this.title = this.#usualTitle()
  }

  get fileName(): string {
    return fileNameOf(this.title)
  }

  async save(kind: TakeKind): Promise<void> {
    this.busy = kind
    await this.attempt(async () => {
      const story = this.story()
      const ask = { kind, title: this.title, ...(story !== undefined && { story }) }
      const { bytes } = await engine.ask('take.file', ask)
      download(new Blob([bytes]), `${this.fileName}${endings[kind]}`)
    })
    this.busy = undefined
  }

  async load(file: File): Promise<void> {
    this.busy = 'load'
    await this.attempt(async () => {
      this.show(await engine.ask('take.load', { file, wish: this.wish }), file.name.replace(/\.[^.]+$/, ''))
    })
    this.busy = undefined
  }

  /** The page follows the engine, whose model is now another. */
  show({ text, prepared, reason, notes }: Loaded, title: string): void {
    training.adopt(text, prepared)
    editor.replace(text)
    this.title = title
    this.loaded = title
    this.notes = reason === undefined ? notes : [reason, ...notes]
    void this.look()
  }

  get wish(): Wish {
    return { data: store.data, seed: store.seed, settings: $state.snapshot(training.settings) }
  }

  /** Undefined before the first step. */
  story(): Story | undefined {
    const { prepared, progress, tested, loss, accuracy } = training
    if (prepared === undefined || progress === undefined || progress.step === 0) return undefined
    const { step, stepsPerEpoch, epoch } = progress
    const { settings, seed } = this.wish
    return { data: prepared.data.name, settings, seed, step, stepsPerEpoch, epoch, loss, accuracy, tested }
  }

  /** Runs what may fail with a message of the engine. */
  async attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act()
      this.fault = undefined
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      this.fault = error.fault
    }
  }

  #usualTitle(): string {
    return training.prepared === undefined ? 'network' : training.prepared.data.name.replace(/-whole$/, '')
  }
}

function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it behind our back; a minute is long enough for it to begin.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

export const take = new Take()
