/**
 * Decoded images at the size of the network, so that each is decoded once: pixels side by side in one file, and an index with
 * a record for each place. A place is known by the checksum of the encoded image, and its pixels by their own, so nothing has
 * to be written in a certain order: what does not fit together is decoded again.
 */

import { sumOf } from 'lenslet/data'
import { type BlockFile, NoRoomError } from './blockFile.ts'

export type Sum = readonly [number, number]

export interface PixelSize {
  readonly height: number
  readonly width: number
  readonly channels: number
  /** What else decides about the pixels: how a model wants its images prepared. */
  readonly preparation: string
}

/** Words: two of the encoded image, two of the pixels, one that says that the place is in use. The header is a record of its own. */
const words = 5
const inUse = 1
const version = 1

export class PixelCache {
  readonly #pixels: BlockFile
  readonly #index: BlockFile
  /** By the checksum of the encoded image. */
  #places = new Map<string, number>()
  #free: number[] = []
  #next = 0
  #bytesEach = 0
  #isFull = false

  constructor(pixels: BlockFile, index: BlockFile) {
    this.#pixels = pixels
    this.#index = index
  }

  /** Whether images are not kept any more, as the browser has no room for them: they are decoded each time. */
  get isFull(): boolean {
    return this.#isFull
  }

  get count(): number {
    return this.#places.size
  }

  /** Begins with what the files have of this size, and otherwise anew. `live` are the images of the project. */
  open(size: PixelSize, live: Iterable<Sum>): void {
    const { height, width, channels, preparation } = size
    this.#bytesEach = height * width * channels
    this.#isFull = false
    const what = new TextEncoder().encode(JSON.stringify([version, height, width, channels, preparation]))
    const wanted = Uint32Array.of(0x6c6e7378, version, ...sumOf(what), 0)
    const records = new Uint32Array(Math.floor(this.#index.size / (4 * words)) * words)
    this.#index.read(0, new Uint8Array(records.buffer))
    this.#places = new Map()
    this.#free = []
    this.#next = 0
    if (!wanted.every((word, i) => records[i] === word)) {
      this.#pixels.truncate(0)
      this.#index.truncate(0)
      this.#index.write(0, new Uint8Array(wanted.buffer))
      return
    }
    const known = new Set(Array.from(live, keyOf))
    const most = Math.min(records.length / words - 1, Math.floor(this.#pixels.size / this.#bytesEach))
    for (let place = 0; place < most; place++) {
      const at = (place + 1) * words
      const key = keyOf([records[at] as number, records[at + 1] as number])
      const isUsed = ((records[at + 4] as number) & inUse) !== 0
      if (isUsed && known.has(key) && !this.#places.has(key)) this.#places.set(key, place)
      else this.#free.push(place)
    }
    this.#next = most
  }

  has(image: Sum): boolean {
    return this.#places.has(keyOf(image))
  }

  /** Whether they were there, undamaged. */
  read(image: Sum, into: Uint8Array): boolean {
    const place = this.#places.get(keyOf(image))
    if (place === undefined) return false
    const record = new Uint32Array(words)
    this.#index.read((place + 1) * 4 * words, new Uint8Array(record.buffer))
    if (this.#pixels.read(place * this.#bytesEach, into) === into.length) {
      const [a, b] = sumOf(into)
      if (record[2] === a && record[3] === b) return true
    }
    this.remove(image)
    return false
  }

  /** Nothing where there is no room. */
  write(image: Sum, pixels: Uint8Array): void {
    if (this.#isFull || this.has(image)) return
    const place = this.#free.pop() ?? this.#next++
    try {
      this.#pixels.write(place * this.#bytesEach, pixels)
      const record = Uint32Array.of(...image, ...sumOf(pixels), inUse)
      this.#index.write((place + 1) * 4 * words, new Uint8Array(record.buffer))
      this.#places.set(keyOf(image), place)
    } catch (error) {
      if (!(error instanceof NoRoomError)) throw error
      this.#free.push(place)
      this.#isFull = true
    }
  }

  remove(image: Sum): void {
    const key = keyOf(image)
    const place = this.#places.get(key)
    if (place === undefined) return
    this.#places.delete(key)
    this.#free.push(place)
  }

  /** Gives its room back, for images that have none, and keeps no more. */
  drop(): void {
    this.#places = new Map()
    this.#free = []
    this.#next = 0
    this.#isFull = true
    this.#pixels.truncate(0)
    this.#index.truncate(0)
  }

  flush(): void {
    this.#pixels.flush()
    this.#index.flush()
  }
}

const keyOf = ([a, b]: Sum) => `${a},${b}`
