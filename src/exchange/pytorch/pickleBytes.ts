/** Walks over the bytes of a pickle: the numbers and texts that follow its instructions, each checked for its length. */

import { ForeignFileError } from '../errors.ts'

export class PickleBytes {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at: number

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = from
  }

  /** The position, in bytes from the start of the file. */
  get at(): number {
    return this.#at
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at)
      throw this.fault(`${length} bytes where ${this.#bytes.length - this.#at} are left`, 'a whole pickle')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  byte(): number {
    return this.take(1)[0] as number
  }

  uint16(): number {
    return this.#number(2, (at) => this.#view.getUint16(at, true))
  }

  int32(): number {
    return this.#number(4, (at) => this.#view.getInt32(at, true))
  }

  /** The one kind of number that a pickle stores big-endian. */
  float64(): number {
    return this.#number(8, (at) => this.#view.getFloat64(at, false))
  }

  #number(size: number, read: (at: number) => number): number {
    this.take(size)
    return read(this.#at - size)
  }

  length(size: 4 | 8): number {
    return this.#number(size, (at) =>
      size === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true)),
    )
  }

  /** Two's complement; exact up to 2^53, and the mark of PyTorch's older files as a text. */
  long(length: number): number | bigint {
    if (length > 64) throw this.fault(`a number of ${length} bytes`, 'at most 64')
    let value = 0n
    const bytes = this.take(length)
    for (let index = bytes.length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index] as number)
    const signed = BigInt.asIntN(8 * length, value)
    const number = Number(signed)
    return Number.isSafeInteger(number) ? number : signed
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length).slice())
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.#at)
    if (end === -1 || end - this.#at > 1 << 20) throw this.fault('a line that does not end', 'a whole pickle')
    const line = this.text(end - this.#at)
    this.#at += 1
    return line
  }

  integer(text: string): number {
    const number = Number(text.replace(/L$/, ''))
    if (Number.isSafeInteger(number)) return number
    throw this.fault(`${JSON.stringify(text.slice(0, 20))} as a number`, 'a whole number')
  }

  fault(received: string, expected: string): ForeignFileError {
    return new ForeignFileError('the pickle in the file is damaged, or is not one of arrays', {
      received: `${received}, at byte ${this.#at}`,
      expected,
      advice: 'fetch the file again',
    })
  }
}
