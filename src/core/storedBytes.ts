/** Bytes that are not in memory: of a file, made when they are read, or one source after the other. */

import type { Bytes } from './bytes.ts'

/** Where bytes come from that are not in memory. */
export interface ByteStore {
  /** Fills the array with the bytes that start here; all of them lie within the file. */
  readInto(into: Uint8Array, from: number): void
  /** All of them as a new array, where they are made and not read. */
  make?(): Uint8Array
}

export function bytesIn(store: ByteStore, length: number): Bytes {
  return new StoredBytes(store, 0, length)
}

/** Bytes that are made each time that they are read. */
export function bytesMade(length: number, make: () => Uint8Array): Bytes {
  return bytesIn({ make, readInto: (into, from) => into.set(make().subarray(from, from + into.length)) }, length)
}

/** One after the other, each left where it is. */
export function bytesJoined(parts: readonly Bytes[]): Bytes {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const readInto = (into: Uint8Array, from: number) => {
    let start = 0
    for (const part of parts) {
      const [a, b] = [Math.max(from, start), Math.min(from + into.length, start + part.length)]
      if (a < b) into.set(part.read(a - start, b - start), a - from)
      start += part.length
    }
  }
  return bytesIn({ readInto }, length)
}

class StoredBytes implements Bytes {
  readonly length: number
  readonly array = undefined
  readonly #store: ByteStore
  readonly #start: number

  constructor(store: ByteStore, start: number, length: number) {
    this.#store = store
    this.#start = start
    this.length = length
  }

  slice(from = 0, to = this.length): StoredBytes {
    const start = Math.min(Math.max(from, 0), this.length)
    const end = Math.max(start, Math.min(to, this.length))
    return new StoredBytes(this.#store, this.#start + start, end - start)
  }

  read(from = 0, to = this.length): Uint8Array {
    const { length } = this.slice(from, to)
    if (this.#store.make !== undefined && this.#start === 0 && length === this.length)
      return this.#store.make().subarray(0, length)
    return this.#into(new Uint8Array(length), from)
  }

  *portions(size: number): Generator<Uint8Array> {
    const buffer = new Uint8Array(Math.min(size, this.length))
    for (let from = 0; from < this.length; from += size)
      yield this.#into(buffer.subarray(0, Math.min(size, this.length - from)), from)
  }

  #into(array: Uint8Array, from: number): Uint8Array {
    if (array.length > 0) this.#store.readInto(array, this.#start + from)
    return array
  }
}
