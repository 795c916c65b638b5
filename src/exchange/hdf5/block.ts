/** Bytes that are written one after the other, with numbers that are filled in later. */

export class Block {
  #bytes = new Uint8Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  add(...values: readonly number[]): void {
    this.put(this.#length, Uint8Array.from(values))
  }

  /** Little-endian; −1 is all bits set. */
  number(value: number, size: number): void {
    const at = this.#length
    this.skip(size)
    this.#write(at, value, size)
  }

  /** An address, over one that was written. */
  patch(at: number, value: number): void {
    this.#write(at, value, 8)
  }

  /** Over what is there, or at the end. */
  put(at: number, values: Uint8Array): void {
    this.#reach(at + values.length)
    this.#bytes.set(values, at)
  }

  /** Zeros. */
  skip(count: number): void {
    this.#reach(this.#length + count)
  }

  /** Zeros up to a multiple of eight. */
  align(): void {
    this.skip((8 - (this.#length % 8)) % 8)
  }

  #write(at: number, value: number, size: number): void {
    let rest = value
    for (let i = 0; i < size; i++) {
      this.#bytes[at + i] = value === -1 ? 255 : rest % 256
      rest = Math.floor(rest / 256)
    }
  }

  #reach(length: number): void {
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#length = Math.max(this.#length, length)
  }
}
