/** The training as the page sees it. */

import { EngineFault, engine } from '../engine/client.ts'
import type { Fault } from '../messages.ts'
import { store } from '../state/store.svelte.ts'
import type { DataName, Prepared } from './messages.ts'

class Training {
  data = $state<DataName>('mnist')
  seed = $state(1)
  prepared = $state.raw<Prepared | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)

  async prepare(): Promise<void> {
    try {
      this.prepared = await engine.ask('train.prepare', { text: store.text, data: this.data, seed: this.seed })
      this.fault = undefined
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      this.fault = error.fault
    }
  }
}

export const training = new Training()
