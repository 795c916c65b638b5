/** The runs that are kept in this browser, as the page sees them. */

import { engine } from '../engine/client.ts'
import { store } from '../state/store.svelte.ts'
import { take } from '../take/take.svelte.ts'
import type { RunFacts } from './messages.ts'

class Runs {
  /** Undefined until they were looked for. */
  list = $state.raw<readonly RunFacts[] | undefined>(undefined)

  look(): Promise<void> {
    return take.attempt(async () => {
      this.list = (await engine.ask('runs.list', {})).runs
    })
  }

  async keep(): Promise<void> {
    const [story, text] = [take.story(), store.design?.text]
    if (story === undefined || text === undefined) return
    await take.attempt(async () => {
      await engine.ask('runs.keep', { name: take.title, text, wish: take.wish, story })
    })
    if (take.fault === undefined) await this.look()
  }

  open({ id }: RunFacts): Promise<void> {
    return take.attempt(async () => {
      const { run, ...loaded } = await engine.ask('runs.open', { id })
      const { batch, optimizer } = run.settings
      store.setTraining({ ...run.settings, batch, optimizer, data: run.data, seed: run.seed })
      take.show(loaded, run.name)
    })
  }

  async rename({ id }: RunFacts, name: string): Promise<void> {
    await take.attempt(async () => {
      await engine.ask('runs.rename', { id, name })
    })
    await this.look()
  }

  async remove({ id }: RunFacts): Promise<void> {
    await take.attempt(async () => {
      await engine.ask('runs.remove', { id })
    })
    await this.look()
  }
}

export const runs = new Runs()
