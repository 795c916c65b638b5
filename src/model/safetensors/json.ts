/**
 * A reader for the little JSON that a safetensors header may hold: objects, lists, texts, whole numbers. Not `JSON.parse`,
 * because that hides duplicate keys, which the format forbids, rounds whole numbers beyond 2^53, and builds everything that a
 * hostile header asks for before anything can be checked. This one stops at the first fault; time and memory are linear.
 */

import { SafetensorsError } from '../errors.ts'

export class HeaderReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** `{ "key": …, … }`. Calls `member` where each value starts; it must read the value. Keys may not occur twice. */
  object(member: (key: string) => void): void {
    const keys = new Set<string>()
    this.#list('{', '}', () => {
      const start = this.#at
      const key = this.string()
      if (keys.has(key)) throw this.fault('a key occurs twice', 'every key once', start)
      keys.add(key)
      this.#take(':')
      member(key)
    })
  }

  /** `[ …, … ]`. Calls `item` where each item starts; it must read the item. */
  array(item: () => void): void {
    this.#list('[', ']', item)
  }

  string(): string {
    this.#skipSpace()
    const start = this.#at
    if (this.#text[start] !== '"') throw this.fault('a text is missing', 'a text in double quotes')
    let end = start + 1
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1
    try {
      const value: string = JSON.parse(this.#text.slice(start, end + 1))
      this.#at = end + 1
      return value
    } catch {
      throw this.fault('a text is broken', 'a JSON text')
    }
  }

  /** From 0 to 2^53 − 1, in plain digits. */
  integer(): number {
    this.#skipSpace()
    const start = this.#at
    let end = start
    while (isDigit(this.#text.charCodeAt(end))) end++
    const value = Number(this.#text.slice(start, Math.min(end, start + 17)))
    const plain = end > start && (end === start + 1 || this.#text[start] !== '0')
    if (!plain || !Number.isSafeInteger(value)) throw this.fault('a length is invalid', 'a whole number below 2^53')
    this.#at = end
    return value
  }

  /** Only white space may be left. */
  end(): void {
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.fault('something follows the header', 'only spaces')
  }

  /** An error about the place where the reader stands, or stood. */
  fault(what: string, expected: string, at = this.#at): SafetensorsError {
    return new SafetensorsError(`${what}, at character ${at} of the header`, {
      received: at < this.#text.length ? JSON.stringify(this.#text.slice(at, at + 60)) : 'the end of the header',
      expected,
    })
  }

  #list(open: string, close: string, item: () => void): void {
    this.#take(open)
    this.#skipSpace()
    if (this.#text[this.#at] === close) {
      this.#at++
      return
    }
    for (;;) {
      this.#skipSpace()
      item()
      this.#skipSpace()
      const next = this.#text[this.#at]
      if (next !== ',' && next !== close) throw this.fault('the header has an unexpected character', `, or ${close}`)
      this.#at++
      if (next === close) return
    }
  }

  #take(sign: string): void {
    this.#skipSpace()
    if (this.#text[this.#at] !== sign) throw this.fault('the header has an unexpected character', sign)
    this.#at++
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++
  }
}

const isDigit = (code: number) => code >= 48 && code <= 57
const isSpace = (code: number) => code === 32 || code === 10 || code === 13 || code === 9
