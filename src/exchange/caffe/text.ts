/**
 * Reads a network in protobuf's text format (`.prototxt`). What Caffe itself refuses is refused: a field twice, a message where a
 * value is expected. Fields that only variants of Caffe have are skipped, and their names kept.
 */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { Message, type Written } from './message.ts'
import { type FieldSchema, type MessageSchema, netSchema, schemaOf } from './schema.ts'
import { type Token, tokensOf, unexpected } from './tokens.ts'

/** Larger than the text of any network: that of DenseNet-201 has 200 kB. */
const largest = 8 << 20
const deepest = 32

/** @throws {ForeignFileError} the text is invalid, and where */
export function parseText(bytes: Uint8Array): Message {
  if (bytes.length > largest) {
    throw new ForeignFileError('the text of the network is too large', {
      received: `${bytes.length} bytes`,
      expected: `at most ${largest}`,
      advice: 'leave out the weights: they belong in a .caffemodel',
    })
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ForeignFileError('not a network in the text format of protocol buffers', {
      received: 'bytes that are not UTF-8',
      expected: 'a .prototxt',
      advice: 'fetch the file again; a .caffemodel has another ending',
      cause,
    })
  }
  return new Parser(text).file()
}

class Parser {
  readonly #tokens: Generator<Token, undefined>
  #token: Token

  constructor(text: string) {
    this.#tokens = tokensOf(text)
    this.#token = this.#tokens.next().value as Token
  }

  file(): Message {
    const net = new Message('the network')
    this.#fields(net, netSchema, 'end', 0)
    return net
  }

  #advance(): Token {
    const token = this.#token
    if (token.kind !== 'end') this.#token = this.#tokens.next().value as Token
    return token
  }

  #accept(...marks: readonly string[]): boolean {
    const found = this.#token.kind === 'mark' && marks.includes(this.#token.text)
    if (found) this.#advance()
    return found
  }

  /** Fields up to the mark that closes the message. Without a schema they are skipped. */
  #fields(message: Message | undefined, schema: MessageSchema | undefined, close: string, depth: number): void {
    if (depth > deepest) throw unexpected('messages nested too deeply', this.#token.line, `at most ${deepest} levels`)
    while (this.#token.text !== close || this.#token.kind !== (close === 'end' ? 'end' : 'mark')) {
      if (close === 'end' && this.#token.kind === 'end') return
      this.#field(message, schema, depth)
      this.#accept(';') || this.#accept(',')
    }
    this.#advance()
  }

  #field(message: Message | undefined, schema: MessageSchema | undefined, depth: number): void {
    const name = this.#name()
    const field = schema?.byName.get(name.text)
    if (field === undefined && schema?.type !== 'AnyParameter') message?.unknown.push(name.text)
    if (field !== undefined && !field.repeated && message?.has(field.name)) {
      throw unexpected(`${name.text} a second time`, name.line, 'the field once')
    }
    const colon = this.#accept(':')
    if (!this.#accept('[')) {
      this.#value(name, message, field, colon, depth)
      return
    }
    if (field?.repeated === false) throw unexpected('a list', name.line, `one value of ${name.text}`)
    if (this.#accept(']')) return
    do this.#value(name, message, field, colon, depth)
    while (this.#accept(','))
    if (!this.#accept(']')) throw unexpected(this.#token.text, this.#token.line, ', or ]')
  }

  #name(): Token {
    const name = this.#advance()
    if (name.kind === 'word' && /^[a-z_]\w*$/i.test(name.text)) return name
    throw unexpected(name.text, name.line, 'the name of a field')
  }

  #value(name: Token, into: Message | undefined, field: FieldSchema | undefined, colon: boolean, depth: number): void {
    const { line } = this.#token
    const schema = field && schemaOf(field.type)
    const isMessage = schema !== undefined || field?.type === 'Blob'
    const open = this.#accept('{') ? '}' : this.#accept('<') ? '>' : undefined
    if (open !== undefined) {
      if (field !== undefined && !isMessage) throw unexpected('a message', line, `a value of ${name.text}`)
      const inner = schema && new Message(`${name.text} in line ${line}`)
      this.#fields(inner, schema, open, depth + 1)
      if (inner !== undefined && field !== undefined) into?.add(field.name, inner)
      return
    }
    const value = this.#scalar()
    if (isMessage) throw unexpected(value.text, line, `{ and the fields of ${name.text}`)
    if (!colon) throw unexpected(value.text, line, `: after ${name.text}`)
    if (field !== undefined) into?.add(field.name, value)
  }

  /** Strings that follow each other are one. */
  #scalar(): Written {
    const { kind, text, line } = this.#advance()
    if (kind === 'word') return { text, line, quoted: false }
    if (kind !== 'string') throw unexpected(printable(text), line, 'a value')
    let whole = text
    while (this.#token.kind === 'string') whole += this.#advance().text
    return { text: whole, line, quoted: true }
  }
}
