/**
 * The bytes of an HDF5 file, read with every place checked. Names of structures are those of the HDF5 file format
 * specification, version 3.0. All numbers are little-endian, except for values of data sets.
 */

import type { Bytes } from '../../core/bytes.ts'
import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { mostValues } from '../mostValues.ts'

/** Where an address is undefined: all bits are set. */
export const nowhere = -1

/** Structures of a file that is not in memory are read by the page, and pages are kept until there are too many. */
const pageSize = 2 ** 14
const mostPages = 256

export class Source {
  readonly file: Bytes
  /** Added to every address: the length of a user block before the HDF5 data. */
  base = 0
  /** Size of an address ("size of offsets") and of a length, in bytes. */
  offsetSize = 8
  lengthSize = 8
  #budget: number
  readonly #arrays = new Set<string>()
  #stored = 0
  #values = 0
  readonly #pages = new Map<number, Uint8Array>()

  constructor(file: Bytes) {
    this.file = file
    // Each structure of an intact file is read once or twice. Structures that point at each other in a circle, or a
    // thousand times at the same block, use this up.
    this.#budget = 8 * file.length + 65_536
  }

  get length(): number {
    return this.file.length
  }

  /** Bytes of a structure that lies in the file. */
  at(start: number, count: number): Uint8Array {
    if (this.file.array !== undefined) return this.file.array.subarray(start, start + count)
    const page = Math.floor(start / pageSize)
    const from = start - page * pageSize
    if (from + count > pageSize) return this.file.read(start, start + count)
    let bytes = this.#pages.get(page)
    if (bytes === undefined) {
      bytes = this.file.read(page * pageSize, (page + 1) * pageSize)
      if (this.#pages.size === mostPages) this.#pages.clear()
      this.#pages.set(page, bytes)
    }
    return bytes.subarray(from, from + count)
  }

  /** Bytes of structure that are about to be read. @throws {ForeignFileError} more than the file can have */
  spend(count: number): void {
    this.#budget -= count + 8
    if (this.#budget < 0) throw damaged('its structures refer to each other without an end')
  }

  /**
   * Counts the bytes of an array, once for each path, before anyone allocates room for its values: compressed arrays could
   * become a thousand times as large as the file, and arrays that are all at one place even more.
   *
   * @param stored its bytes in the file
   * @param size bytes of its values
   * @throws {ForeignFileError} the arrays share their bytes, or are far larger than the file
   */
  claim(path: string, stored: number, size: number): void {
    if (this.#arrays.size === this.#arrays.add(path).size) return
    this.#stored += stored
    this.#values += size
    if (this.#stored > this.length) {
      throw damaged(
        'its arrays are at the same place',
        `arrays of ${this.#stored} bytes up to ${printable(path)}, in a file of ${this.length} bytes`,
      )
    }
    const most = mostValues(this.length)
    if (this.#values > most)
      throw unread('arrays that are far larger than the file', `${this.#values} bytes of values`, `at most ${most}`)
  }

  /** @param what the structure, for messages: `the object header` */
  cursor(address: number, length: number, what: string): Cursor {
    const start = this.place(address, length, what)
    this.spend(length)
    return new Cursor(this, start, start + length, what)
  }

  /** From the address to the end of the file, for structures that say their length themselves. */
  open(address: number, what: string): Cursor {
    const start = this.place(address, 1, what)
    this.spend(64)
    return new Cursor(this, start, this.length, what)
  }

  /** The place of an address in the file. @throws {ForeignFileError} the structure is not wholly in the file */
  place(address: number, length: number, what: string): number {
    const start = this.base + address
    if (address >= 0 && length >= 0 && start + length <= this.length) return start
    throw new ForeignFileError(`the HDF5 file is damaged or cut short: ${what} is not in it`, {
      received: `${length} bytes at ${address === nowhere ? 'no address' : start}, in a file of ${this.length} bytes`,
      advice: 'fetch the file again',
    })
  }
}

/** Reads one structure from its start to its end. */
export class Cursor {
  readonly source: Source
  readonly end: number
  readonly what: string
  at: number

  constructor(source: Source, start: number, end: number, what: string) {
    this.source = source
    this.at = start
    this.end = end
    this.what = what
  }

  /** A number of 1 to 8 bytes. @throws {ForeignFileError} beyond the structure, or above 2^53 */
  number(size: number): number {
    const start = this.#take(size)
    let value = 0
    const bytes = this.source.at(start, size)
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[i] as number)
    if (Number.isSafeInteger(value)) return value
    throw damaged(`${this.what} has a number that is too large`)
  }

  /** An address, or `nowhere`. */
  address(): number {
    const { offsetSize } = this.source
    if (this.at + offsetSize <= this.end && this.source.at(this.at, offsetSize).every((byte) => byte === 255)) {
      this.at += offsetSize
      return nowhere
    }
    return this.number(offsetSize)
  }

  length(): number {
    return this.number(this.source.lengthSize)
  }

  take(count: number): Uint8Array {
    const start = this.#take(count)
    return this.source.at(start, count)
  }

  skip(count: number): void {
    this.#take(count)
  }

  /** A structure's four letters and its version. */
  expect(letters: string, version: number): void {
    const found = String.fromCharCode(...this.take(letters.length))
    if (found !== letters) throw damaged(`${this.what} is not where it should be`, `${letters} expected`)
    this.expectVersion(version)
  }

  expectVersion(...versions: readonly number[]): number {
    const found = this.number(1)
    if (versions.includes(found)) return found
    throw damaged(`${this.what} has an unknown version`, `version ${found}, expected ${versions.join(' or ')}`)
  }

  /** A part of this structure with a cursor of its own. */
  part(count: number, what: string): Cursor {
    const start = this.#take(count)
    return new Cursor(this.source, start, start + count, what)
  }

  /** Text up to the first zero byte. */
  text(count: number): string {
    const bytes = this.take(count)
    const end = bytes.indexOf(0)
    return utf8(end === -1 ? bytes : bytes.subarray(0, end))
  }

  /** The same structure, from where this cursor is. */
  copy(): Cursor {
    return new Cursor(this.source, this.at, this.end, this.what)
  }

  get left(): number {
    return this.end - this.at
  }

  #take(count: number): number {
    const start = this.at
    if (!(count >= 0) || start + count > this.end) throw damaged(`${this.what} ends too early`)
    this.at += count
    return start
  }
}

export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

export function damaged(what: string, received?: string): ForeignFileError {
  return new ForeignFileError(`the HDF5 file is damaged: ${what}`, {
    ...(received === undefined ? {} : { received }),
    advice: 'fetch the file again',
  })
}

/** A valid file with something that neither Keras nor h5py writes by default. */
export function unread(what: string, received: string, expected: string): ForeignFileError {
  return new ForeignFileError(`the HDF5 file has ${what}, which Lenslet does not read`, {
    received,
    expected,
    advice: 'save the model again with Keras, without options for the file',
  })
}
