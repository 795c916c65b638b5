/** What the worker holds: one model, the data that it learns, and the order in which both are used. */

import type { Dataset } from 'lenslet/data'
import type { Model } from 'lenslet/model'

/** Why a model was replaced. */
export type Replacement = 'new' | 'loaded' | 'none'

export class Session {
  #model: Model | undefined
  #data: Dataset | undefined
  #last: Promise<unknown> = Promise.resolve()
  readonly #listeners = new Set<(why: Replacement) => void>()

  /** Fresh, in training, trained, or loaded; undefined before there is one. Use it within `between`. */
  get model(): Model | undefined {
    return this.#model
  }

  /** Images and labels; those that are not in memory have a store, and `readPictures` of lenslet/data reads both. */
  get data(): Dataset | undefined {
    return this.#data
  }

  set data(data: Dataset | undefined) {
    this.#data = data
  }

  /**
   * Runs `use` when nothing else uses the model: between two training steps, or at once. First come, first served, so a
   * question waits for one step at most. Never call it within itself: it would wait for itself.
   */
  between<T>(use: () => T | Promise<T>): Promise<T> {
    const run = this.#last.then(use)
    this.#last = run.catch(() => {})
    return run
  }

  /** Within `between`: another model takes the place of the one before, which is disposed of. */
  async replace(model: Model | undefined, why: Replacement): Promise<void> {
    const before = this.#model
    this.#model = model
    if (before !== model) await before?.dispose()
    for (const listener of this.#listeners) listener(why)
  }

  /** Calls `listener` whenever the model was replaced; returns what ends that. */
  changed(listener: (why: Replacement) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
