/**
 * The bytes of a file, in memory or still in the file: readers of large files ask for the parts that they need, one by one,
 * so that a model is never in memory twice. Reading is synchronous, because a weight is read where it is needed.
 */

/** Where bytes come from that are not in memory. */
export interface ByteStore {
  /** Fills the array with the bytes that start here; all of them lie within the file. */
  readInto(into: Uint8Array, from: number): void
  /** All of them as a new array, where they are made and not read. */
  make?(): Uint8Array
}

export class Bytes {
  readonly length: number
  /** All of them, where they are in memory. */
  readonly array: Uint8Array | undefined
  readonly #store: ByteStore | undefined
  readonly #start: number

  private constructor(length: number, array: Uint8Array | undefined, store?: ByteStore, start = 0) {
    this.length = length
    this.array = array
    this.#store = store
    this.#start = start
  }

  static of(array: Uint8Array): Bytes {
    return new Bytes(array.length, array)
  }

  static in(store: ByteStore, length: number): Bytes {
    return new Bytes(length, undefined, store)
  }

  /** Bytes that are made each time that they are read. */
  static made(length: number, make: () => Uint8Array): Bytes {
    return Bytes.in({ make, readInto: (into, from) => into.set(make().subarray(from, from + into.length)) }, length)
  }

  /** One after the other, each left where it is. */
  static joined(parts: readonly Bytes[]): Bytes {
    const [first] = parts
    if (first !== undefined && parts.length === 1) return first
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    return Bytes.in(
      {
        readInto(into, from) {
          let start = 0
          for (const part of parts) {
            const [a, b] = [Math.max(from, start), Math.min(from + into.length, start + part.length)]
            if (a < b) part.readInto(into.subarray(a - from, b - from), a - start)
            start += part.length
          }
        },
      },
      length,
    )
  }

  /** A part, without reading it; ends are clamped as those of `subarray` are. */
  slice(from = 0, to = this.length): Bytes {
    const start = Math.min(Math.max(from, 0), this.length)
    const end = Math.max(start, Math.min(to, this.length))
    return new Bytes(end - start, this.array?.subarray(start, end), this.#store, this.#start + start)
  }

  /** A view of what is in memory; otherwise a new array at each call. Ends are clamped. */
  read(from = 0, to = this.length): Uint8Array {
    if (this.array !== undefined) return this.array.subarray(from, to)
    const { length } = this.slice(from, to)
    if (this.#store?.make && this.#start === 0 && length === this.length) return this.#store.make().subarray(0, length)
    const into = new Uint8Array(length)
    this.readInto(into, from)
    return into
  }

  /** As many as the array takes, from this place on; they must be there. */
  readInto(into: Uint8Array, from = 0): void {
    if (this.array !== undefined) into.set(this.array.subarray(from, from + into.length))
    else if (into.length > 0) this.#store?.readInto(into, this.#start + from)
  }

  /** All of them in portions of at most so many bytes, each valid until the next; in one where they are in memory. */
  *portions(size: number): Generator<Uint8Array> {
    if (this.array !== undefined) {
      if (this.length > 0) yield this.array
      return
    }
    const buffer = new Uint8Array(Math.min(size, this.length))
    for (let from = 0; from < this.length; from += size) {
      const portion = buffer.subarray(0, Math.min(size, this.length - from))
      this.readInto(portion, from)
      yield portion
    }
  }
}
