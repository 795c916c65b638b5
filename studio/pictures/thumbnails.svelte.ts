/** Small pictures of images, asked for together and kept while there is room. */

import { SvelteMap } from 'svelte/reactivity'
import { engine } from '../engine/client.ts'

/** Pixels on a side, for screens with two pixels a point. */
const side = 128
/** 64 kB each. */
const most = 400
const atOnce = 24

class Thumbnails {
  /** null: gone, or cannot be read. */
  readonly #bitmaps = new SvelteMap<number, ImageBitmap | null>()
  readonly #wanted = new Set<number>()
  readonly #asked = new Set<number>()
  #isAsking = false

  /** Undefined while it is not there; it is asked for. */
  of(id: number): ImageBitmap | null | undefined {
    return this.#bitmaps.get(id)
  }

  /** Returns what says that it is not seen any more. */
  want(id: number): () => void {
    if (!this.#bitmaps.has(id) && !this.#asked.has(id)) {
      this.#wanted.add(id)
      this.#ask()
    }
    return () => this.#wanted.delete(id)
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    // What is wanted in this turn is asked for together.
    await Promise.resolve()
    while (this.#wanted.size > 0) {
      const ids = [...this.#wanted].slice(0, atOnce)
      for (const id of ids) {
        this.#wanted.delete(id)
        this.#asked.add(id)
      }
      try {
        const { bitmaps } = await engine.ask('pictures.thumbnails', { ids, side })
        for (const [i, id] of ids.entries()) this.#bitmaps.set(id, bitmaps[i] ?? null)
      } catch {
        for (const id of ids) this.#bitmaps.set(id, null)
      }
      for (const id of ids) this.#asked.delete(id)
      this.#trim()
    }
    this.#isAsking = false
  }

  /** The oldest go: those that are seen draw themselves at once and need theirs no more. */
  #trim(): void {
    for (const [id, bitmap] of this.#bitmaps) {
      if (this.#bitmaps.size <= most) return
      bitmap?.close()
      this.#bitmaps.delete(id)
    }
  }
}

export const thumbnails = new Thumbnails()
