/**
 * The header of an .npy file (NEP 1, numpy.lib.format): a magic string, a version, and a Python dictionary as text. It is
 * read by a parser of exactly what NumPy writes; nothing is evaluated.
 */

import { ForeignFileError } from '../errors.ts'

export interface NpyHeader {
  readonly descr: string
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Where the values begin, in bytes. */
  readonly start: number
}

export const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const

/** NumPy's own limit for files that it does not trust. */
export const longestHeader = 10_000
const mostAxes = 64

/** @param name of the array, for messages @throws {ForeignFileError} */
export function readHeader(bytes: Uint8Array, name: string): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, index) => bytes[index] !== byte)) {
    throw new ForeignFileError(`${name} is not an .npy array`, {
      received: bytes.length < 10 ? `${bytes.length} bytes` : 'other first bytes',
      expected: '\\x93NUMPY, as numpy.save writes it',
      advice: 'fetch the file again, or save the array again',
    })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [major, wide] = [bytes[6] as number, (bytes[6] as number) > 1]
  if (major < 1 || major > 3) throw invalid(name, `version ${major}.${bytes[7]}`, 'version 1, 2 or 3')
  if (bytes.length < 12) throw cut(name, bytes.length, 12)
  const from = wide ? 12 : 10
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  if (length > longestHeader) throw invalid(name, `a header of ${length} bytes`, `at most ${longestHeader}`)
  if (from + length > bytes.length) throw cut(name, bytes.length, from + length)
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.slice(from, from + length))
  return { ...new HeaderParser(text, name).read(), start: from + length }
}

const integer = /^\d{1,16}L?/

class HeaderParser {
  #rest: string
  readonly #name: string

  constructor(text: string, name: string) {
    this.#rest = text
    this.#name = name
  }

  /** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` and blanks, keys in any order. */
  read(): Omit<NpyHeader, 'start'> {
    let descr: string | undefined
    let fortranOrder: boolean | undefined
    let shape: readonly number[] | undefined
    this.#take(/^\{/, '{')
    while (!this.#has(/^\}/)) {
      const key = this.#take(/^(['"])(descr|fortran_order|shape)\1/, "'descr', 'fortran_order' or 'shape'").slice(1, -1)
      this.#take(/^:/, ':')
      if (key === 'descr') descr = this.#take(/^'[^'\\]{1,30}'|^"[^"\\]{1,30}"/, "a type such as '<f4'").slice(1, -1)
      else if (key === 'shape') shape = this.#shape()
      else fortranOrder = this.#take(/^(True|False)/, 'True or False') === 'True'
      if (!this.#has(/^,/)) {
        this.#take(/^\}/, ', or }')
        break
      }
    }
    if (this.#rest.trim() !== '') throw this.#fault('nothing behind }')
    if (descr === undefined || fortranOrder === undefined || shape === undefined)
      throw invalid(this.#name, 'a header without descr, fortran_order or shape', 'all three')
    return { descr, fortranOrder, shape }
  }

  /** `(3, 4)`, `(3,)`, `()` */
  #shape(): readonly number[] {
    const shape: number[] = []
    this.#take(/^\(/, '(')
    while (!this.#has(/^\)/)) {
      shape.push(Number(this.#take(integer, 'a whole number').replace('L', '')))
      if (shape.length > mostAxes) throw invalid(this.#name, 'more axes', `at most ${mostAxes}`)
      if (!this.#has(/^,/)) {
        this.#take(/^\)/, ', or )')
        break
      }
    }
    return shape
  }

  #has(pattern: RegExp): boolean {
    const found = pattern.exec(this.#skipped())
    if (found === null) return false
    this.#rest = this.#rest.slice(found[0].length)
    return true
  }

  #take(pattern: RegExp, expected: string): string {
    const found = pattern.exec(this.#skipped())
    if (found === null) throw this.#fault(expected)
    this.#rest = this.#rest.slice(found[0].length)
    return found[0]
  }

  #skipped(): string {
    this.#rest = this.#rest.trimStart()
    return this.#rest
  }

  #fault(expected: string): ForeignFileError {
    return invalid(this.#name, JSON.stringify(this.#rest.slice(0, 40)), expected)
  }
}

function invalid(name: string, received: string, expected: string): ForeignFileError {
  return new ForeignFileError(`${name}: the header of the .npy array is invalid`, {
    received,
    expected,
    advice: 'fetch the file again, or save the array again',
  })
}

export function cut(name: string, received: number, expected: number): ForeignFileError {
  return new ForeignFileError(`${name}: the .npy array is cut short`, {
    received: `${received} bytes`,
    expected: `${expected} bytes, as its header says`,
    advice: 'fetch the file again, or save the array again',
  })
}
