/** A design that stands beside the current one. */

import { EngineFault, engine } from '../engine/client.ts'
import { store } from '../state/store.svelte.ts'
import type { DesignFacts, PlanFacts } from './messages.ts'

class Pinned {
  design = $state.raw<DesignFacts | undefined>(undefined)
  /** What a training of it takes, with the settings of now; undefined where it cannot be planned. */
  plan = $state.raw<PlanFacts | undefined>(undefined)

  async pin(text: string): Promise<void> {
    this.plan = undefined
    this.design = await engine.ask('design.facts', { text })
    await this.replan()
  }

  /** After batch or optimizer have changed. */
  async replan(): Promise<void> {
    const { design } = this
    if (design === undefined) return
    const { batch, memory, optimizer } = store
    try {
      const plan = await engine.ask('design.plan', { text: design.text, batch, memory, optimizer })
      if (design === this.design) this.plan = plan
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      this.plan = undefined
    }
  }

  unpin(): void {
    this.design = undefined
    this.plan = undefined
  }
}

export const pinned = new Pinned()
