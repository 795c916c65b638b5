/** A message of Caffe's protocol buffers with its fields by name, whether it was read from text or from a binary file. */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import type { Blob } from './blob.ts'

/** A value in a text file, as it is written there. */
export interface Written {
  readonly text: string
  readonly quoted: boolean
  readonly line: number
}

export type FieldValue = number | string | Written | Message | Blob

export class Message {
  /** The type of the message, and where it starts in a text file. */
  readonly place: string
  /** Fields that Caffe does not have: those of its variants. */
  readonly unknown: string[] = []
  readonly #fields = new Map<string, FieldValue[]>()

  constructor(place: string) {
    this.place = place
  }

  add(name: string, value: FieldValue): void {
    const values = this.#fields.get(name)
    if (values === undefined) this.#fields.set(name, [value])
    else values.push(value)
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }

  /** Of a field that is not repeated: a binary file may have it again, and the last one counts. */
  #last(name: string): FieldValue | undefined {
    return this.#fields.get(name)?.at(-1)
  }

  message(name: string): Message | undefined {
    return this.#last(name) as Message | undefined
  }

  /** A message without fields if there is none: every field then has its usual value. */
  parameters(name: string): Message {
    return this.message(name) ?? new Message(name)
  }

  messages(name: string): readonly Message[] {
    return (this.#fields.get(name) ?? []) as readonly Message[]
  }

  blobs(name: string): readonly Blob[] {
    return (this.#fields.get(name) ?? []) as readonly Blob[]
  }

  /** Whole numbers. @throws {ForeignFileError} a value is not one */
  wholes(name: string): readonly number[] {
    return (this.#fields.get(name) ?? []).map((value) => this.#whole(name, value))
  }

  whole(name: string, usual: number): number {
    const value = this.#last(name)
    return value === undefined ? usual : this.#whole(name, value)
  }

  reals(name: string): readonly number[] {
    return (this.#fields.get(name) ?? []).map((value) => this.#real(name, value))
  }

  real(name: string, usual: number): number {
    const value = this.#last(name)
    return value === undefined ? usual : this.#real(name, value)
  }

  flag(name: string, usual: boolean): boolean {
    const value = this.#last(name)
    if (value === undefined) return usual
    if (typeof value === 'number') return value !== 0
    const { text, quoted } = value as Written
    if (!quoted && ['true', 'True', 't', '1'].includes(text)) return true
    if (!quoted && ['false', 'False', 'f', '0'].includes(text)) return false
    throw this.#wrong(name, value, 'true or false')
  }

  text(name: string, usual = ''): string {
    const value = this.#last(name)
    return value === undefined ? usual : this.#text(name, value)
  }

  texts(name: string): readonly string[] {
    return (this.#fields.get(name) ?? []).map((value) => this.#text(name, value))
  }

  /** A value of an enumeration, which text files may write as its number, too. `words` is by number. */
  word<W extends string>(name: string, words: Readonly<Record<number, W>>, usual: W): W {
    const value = this.#last(name)
    if (value === undefined) return usual
    const number = typeof value === 'number' ? value : wholeOf(value as Written)
    const word = number === undefined ? undefined : words[number]
    const found = word ?? Object.values(words).find((each) => isWord(value, each))
    if (found !== undefined) return found
    throw this.#wrong(name, value, Object.values(words).join(', '))
  }

  #whole(name: string, value: FieldValue): number {
    const number = typeof value === 'number' ? value : wholeOf(value as Written)
    if (number !== undefined && Number.isSafeInteger(number)) return number
    throw this.#wrong(name, value, 'a whole number')
  }

  #real(name: string, value: FieldValue): number {
    const number = typeof value === 'number' ? value : realOf(value as Written)
    if (number !== undefined && Number.isFinite(number)) return number
    throw this.#wrong(name, value, 'a finite number')
  }

  #text(name: string, value: FieldValue): string {
    if (typeof value === 'string') return value
    const { text, quoted } = value as Written
    if (quoted) return text
    throw this.#wrong(name, value, 'a text in quotation marks')
  }

  #wrong(name: string, value: FieldValue, expected: string): ForeignFileError {
    const written = isWritten(value) ? value : undefined
    const received = written === undefined ? String(value) : printable(written.text.slice(0, 80))
    const at = written === undefined ? '' : `, line ${written.line}`
    return new ForeignFileError(`${this.place}: the value of ${printable(name)} is invalid`, {
      received: `${written?.quoted === true ? JSON.stringify(received) : received}${at}`,
      expected,
    })
  }
}

const isWritten = (value: FieldValue): value is Written => typeof value === 'object' && 'quoted' in value

const isWord = (value: FieldValue, word: string) => isWritten(value) && !value.quoted && value.text === word

/** Protobuf's text format has decimal, hexadecimal and octal numbers. */
function wholeOf({ text, quoted }: Written): number | undefined {
  if (quoted) return undefined
  const [, sign = '', digits = ''] = /^(-?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.exec(text) ?? []
  if (digits === '') return undefined
  const octal = /^0[0-7]+$/.test(digits)
  const size = octal ? Number.parseInt(digits, 8) : Number(digits)
  return sign === '' ? size : 0 - size
}

function realOf(value: Written): number | undefined {
  const { text, quoted } = value
  if (!quoted && /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?f?$/i.test(text) && !/^-?0\d/.test(text))
    return Number(text.replace(/f$/i, ''))
  return wholeOf(value)
}
