/**
 * Reads the pictures of the coming steps while this one is computed, into a few memories that are used in turn: the memory
 * that a training takes does not grow with its data.
 */
import { ArgumentError } from '../core/errors.ts'
import type { PictureStore } from './store.ts'

/** Steps that are read beside the one that is asked for. */
const ahead = 2

interface Slot {
  /** The step whose pictures it holds or gets; −1: none. */
  step: number
  isRead: boolean
  readonly bytes: Uint8Array
  reading: Promise<void>
}

export class ReadAhead {
  readonly #store: PictureStore
  readonly #slots: Slot[]

  /** @param most pictures of a step */
  constructor(store: PictureStore, most: number) {
    this.#store = store
    this.#slots = Array.from({ length: ahead + 1 }, () => ({
      step: -1,
      isRead: false,
      bytes: new Uint8Array(most * store.bytesEach),
      reading: Promise.resolve(),
    }))
  }

  /**
   * Resolves when the pictures of `step` are there, and begins to read those of the next steps up to `last`.
   *
   * @param pictures of a step, in their order
   */
  async read(step: number, last: number, pictures: (step: number) => Uint32Array): Promise<void> {
    const wanted: number[] = []
    for (let next = step; next <= Math.min(last, step + ahead); next++) wanted.push(next)
    for (const next of wanted) {
      if (this.#slots.some((slot) => slot.step === next)) continue
      const slot = this.#slots.find((each) => !wanted.includes(each.step)) as Slot
      slot.step = next
      slot.isRead = false
      // Copied: the order may be drawn anew before the reading begins.
      const indexes = pictures(next).slice()
      slot.reading = slot.reading
        .catch(() => {})
        .then(() => this.#store.read(indexes, slot.bytes.subarray(0, indexes.length * this.#store.bytesEach)))
        .then(() => {
          slot.isRead = true
        })
      // Thrown where the step is asked for.
      slot.reading.catch(() => {})
    }
    const found = this.#slots.find((slot) => slot.step === step) as Slot
    try {
      await found.reading
    } catch (error) {
      // Another call tries again.
      found.step = -1
      throw error
    }
  }

  /** The pictures of a step that was read. */
  taken(step: number): Uint8Array {
    const slot = this.#slots.find((each) => each.step === step && each.isRead)
    if (slot !== undefined) return slot.bytes
    throw new ArgumentError('the images of this step have not been read', {
      received: `step ${step}`,
      expected: 'await batches.ready(epoch, step) before batches.fill(epoch, step, …)',
    })
  }
}
