/** The trained network that a person gave, as the page sees it. */

import { editor } from '../editor/editor.svelte.ts'
import { EngineFault, engine } from '../engine/client.ts'
import type { Fault } from '../messages.ts'
import type { ProjectState } from '../pictures/messages.ts'
import { designed } from '../pictures/use.svelte.ts'
import { store } from '../state/store.svelte.ts'
import { training } from '../train/train.svelte.ts'
import type { Freeze, PretrainedFacts } from './messages.ts'

class Pretrained {
  facts = $state.raw<PretrainedFacts | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)
  /** The file that is being read. */
  reading = $state<string | undefined>(undefined)

  async read(files: readonly File[]): Promise<void> {
    if (files[0] === undefined) return
    this.reading = files[0].name
    await this.#try(async () => {
      this.facts = await engine.ask('pretrained.read', { files })
    })
    this.reading = undefined
  }

  /** Shows its design; it is what is tried and looked into. */
  async use(): Promise<boolean> {
    const { facts } = this
    if (facts === undefined) return false
    return this.#try(async () => {
      training.hold(facts.text)
      if (store.text !== facts.text) editor.replace(facts.text)
      await designed()
      await engine.ask('pretrained.use', {})
      training.leave()
    })
  }

  /** Starts a training of it on the images of the project. */
  async tune({ classes }: ProjectState, freeze: Freeze): Promise<boolean> {
    const filled = classes.filter(({ count }) => count > 0)
    const count = filled.reduce((sum, each) => sum + each.count - (each.test ?? 0), 0)
    return this.#try(async () => {
      const { text, ...settings } = await engine.ask('pretrained.tune', {
        classes: filled.map(({ name }) => name),
        count,
        freeze,
      })
      training.hold(text)
      if (store.text !== text) editor.replace(text)
      await designed()
      store.setTraining(settings)
      await training.choose({ data: 'pictures' }, freeze)
      this.fault = training.fault
      if (this.fault === undefined) void training.start()
    })
  }

  async #try(run: () => Promise<void>): Promise<boolean> {
    this.fault = undefined
    try {
      await run()
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      this.fault = error.fault
    }
    return this.fault === undefined
  }
}

export const pretrained = new Pretrained()
