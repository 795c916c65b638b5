/**
 * A copy of the session's model that looks run on. A training waits only while weights are copied, not while something is
 * computed with them; and a look at a design that was never trained gets the weights that its training would start from.
 */

import { ArgumentError } from 'lenslet/core'
import type { Dataset } from 'lenslet/data'
import { networkTable, printBytes } from 'lenslet/inspect'
import { Model } from 'lenslet/model'
import type { Network } from 'lenslet/network'
import { parse, print } from 'lenslet/notation'
import type { Session } from '../engine/session.ts'

export interface Subject {
  readonly model: Model
  readonly data: Dataset | undefined
  readonly of: 'model' | 'start'
}

/** A copy of more weights than these would be too much for a tab beside the model itself. */
const mostBytes = 2 ** 29

export class Twin {
  #model: Model | undefined
  /** The canonical text of its network. */
  #text = ''
  #last: Promise<unknown> = Promise.resolve()
  readonly #texts = new WeakMap<Network, string>()
  #parsed: { readonly text: string; readonly network: Network } | undefined

  /** One look after the other. `use` may call anything of the model; what it keeps must be copied. */
  look<T>(
    session: Session,
    text: string,
    use: (subject: Subject) => Promise<T>,
  ): Promise<T & { of: Subject['of']; took: number }> {
    const run = this.#last.then(async () => {
      const from = performance.now()
      const subject = await this.#subject(session, text)
      const found = await use(subject)
      return { ...found, of: subject.of, took: performance.now() - from }
    })
    this.#last = run.catch(() => {})
    return run
  }

  async #subject(session: Session, text: string): Promise<Subject> {
    const { data } = session
    const canonical = this.#printed(this.#parse(text))
    const model = await this.#of(canonical, text)
    const of = await session.between(() => {
      const live = session.model
      if (live === undefined || this.#printed(live.network) !== canonical) return 'start'
      for (const name of live.weights.names) model.weights.set(name, live.weights.get(name))
      model.info = live.info
      return 'model'
    })
    if (of === 'start') model.info = infoOf(model, data)
    return { model, data, of }
  }

  /** The twin of this network: a new one has the weights of seed 1, as the session's first model. */
  async #of(canonical: string, text: string): Promise<Model> {
    if (this.#model !== undefined && this.#text === canonical && !this.#isStale) return this.#model
    const network = this.#parse(text)
    const { parameters } = networkTable(network).totals
    if (4 * parameters > mostBytes)
      throw new ArgumentError('this network is too large to look into in a page', {
        received: `${printBytes(4 * parameters)} of weights`,
        expected: `at most ${printBytes(mostBytes)}`,
        advice: 'use `lenslet look` on the command line',
      })
    await this.#model?.dispose()
    this.#model = undefined
    const made = await Model.create(network, { threads: 1, batch: 1, seed: 1 })
    this.#model = made
    this.#text = canonical
    this.#isStale = false
    return made
  }

  /** After the session's model was replaced: untrained weights must not be those of the one before. */
  #isStale = false
  forget(): void {
    this.#isStale = true
  }

  #parse(text: string): Network {
    if (this.#parsed?.text !== text) this.#parsed = { text, network: parse(text) }
    return this.#parsed.network
  }

  #printed(network: Network): string {
    let text = this.#texts.get(network)
    if (text === undefined) {
      text = print(network)
      this.#texts.set(network, text)
    }
    return text
  }
}

function infoOf(model: Model, data: Dataset | undefined): Model['info'] {
  if (data === undefined) return {}
  const { classes, normalization } = data
  const isFitting = classes.length === model.output.channels
  const { channels } = model.input
  return {
    ...(isFitting && { classes: [...classes] }),
    ...(normalization.mean.length === channels && { normalization }),
  }
}
