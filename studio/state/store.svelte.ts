/** The one store: plain data that the panels show. Panels change it by these methods, and ask the engine through it. */

import type { DesignFacts, LayerFacts, PlanFacts } from '../design/messages.ts'
import { EngineFault, engine } from '../engine/client.ts'
import type { Fault } from '../messages.ts'
import type { DataName } from '../train/dataNames.ts'
import { hashOf, type Linked, linkedOf } from './link.ts'
import { usual } from './usual.ts'

class Store {
  text = $state(usual.text)
  batch = $state(usual.batch)
  /** Bytes that a training may take. */
  memory = $state(usual.memory)
  optimizer = $state(usual.optimizer)
  rate = $state(usual.rate)
  schedule = $state(usual.schedule)
  epochs = $state(usual.epochs)
  augment = $state(usual.augment)
  seed = $state(usual.seed)
  data = $state<DataName>(usual.data)
  /** Of the newest text that is a network; the panels keep showing it while the text is being changed. */
  design = $state.raw<DesignFacts | undefined>(undefined)
  /** What a training of it takes. */
  plan = $state.raw<PlanFacts | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)
  selected = $state<string | undefined>(undefined)
  theme = $state<'light' | 'dark'>('light')
  language = $state<'en' | 'zh'>('en')

  start(): void {
    const linked = linkedOf(location.hash, usual)
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    this.theme = (localStorage.getItem('theme') as 'light' | 'dark' | null) ?? (dark ? 'dark' : 'light')
    const own = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
    this.language = (localStorage.getItem('language') as 'en' | 'zh' | null) ?? own
    const { text, layer, ...settings } = linked
    Object.assign(this, settings)
    this.selected = layer
    this.setText(text)
  }

  setText(text: string): void {
    this.text = text
    this.#ask()
  }

  setTraining(change: Partial<Omit<Linked, 'text' | 'layer'>>): void {
    Object.assign(this, change)
    this.#ask()
  }

  select(name: string | undefined): void {
    this.selected = name
    this.#link()
  }

  setTheme(theme: 'light' | 'dark'): void {
    this.theme = theme
    localStorage.setItem('theme', theme)
  }

  setLanguage(language: 'en' | 'zh'): void {
    this.language = language
    localStorage.setItem('language', language)
  }

  get layer(): LayerFacts | undefined {
    return this.design?.layers.find(({ name }) => name === this.selected)
  }

  async #ask(): Promise<void> {
    this.#link()
    const { text, batch, memory, optimizer } = this
    try {
      const design = await engine.latest('design.facts', { text })
      if (design === undefined) return
      this.design = design
      this.fault = undefined
      const plan = await engine.latest('design.plan', { text, batch, memory, optimizer })
      if (plan !== undefined && text === this.text) this.plan = plan
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      if (text !== this.text) return
      this.fault = error.fault
      this.plan = undefined
    }
  }

  #link(): void {
    const { text, batch, memory, optimizer, rate, schedule, epochs, augment, seed, data, selected } = this
    const settings = { batch, memory, optimizer, rate, schedule, epochs, augment, seed, data }
    history.replaceState(null, '', hashOf({ text, ...settings, ...(selected && { layer: selected }) }))
  }
}

export const store = new Store()
