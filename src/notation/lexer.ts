/**
 * Text -> tokens, one at a time, so that a hostile text needs no more memory than its own length. A chunk is the text
 * between spaces, brackets and arrows: `CONV3-64`, `p0,0,1,1`, `0.5`, `eps=1e-5`. The grammar decides what it means.
 */

import { NotationLimitError } from './errors.ts'
import { limits } from './limits.ts'
import { placeOf, type Span } from './place.ts'

type Mark = '[' | ']' | '(' | ')' | '|' | ':' | '*'

export interface Token extends Span {
  readonly kind: Mark | 'arrow' | 'chunk' | 'end'
  /** Typeset characters are replaced: `x` for `×`, `-` for every kind of dash. */
  readonly text: string
}

const marks = new Set<string>(['[', ']', '(', ')', '|', ':', '*'])

export class Lexer {
  readonly #text: string
  readonly #ahead: Token[] = []
  #at = 0
  /** Where the last token ended: the place of an error at the end of the text. */
  #end = 0

  constructor(text: string) {
    if (text.length > limits.text) {
      throw new NotationLimitError(placeOf(text, { offset: 0, length: 1 }), 'the text is too long', {
        received: `${text.length} characters`,
        expected: `at most ${limits.text}`,
      })
    }
    this.#text = text.replace(/[×\u2010-\u2014\u2212]/g, (typeset) => (typeset === '×' ? 'x' : '-'))
  }

  /** The next token, or one further on, without taking it. */
  peek(distance = 0): Token {
    while (this.#ahead.length <= distance) this.#ahead.push(this.#read())
    return this.#ahead[distance] as Token
  }

  next(): Token {
    const token = this.peek()
    this.#ahead.shift()
    return token
  }

  #read(): Token {
    this.#skip()
    const text = this.#text
    const offset = this.#at
    if (offset >= text.length) return { kind: 'end', text: '', offset: this.#end, length: 1 }
    const arrow = arrowAt(text, offset)
    if (arrow > 0) return this.#token('arrow', arrow)
    const mark = text[offset] as string
    if (marks.has(mark)) return this.#token(mark as Mark, 1)
    let end = offset + 1
    while (end < text.length && !endsChunk(text, end)) end += 1
    if (end - offset > limits.chunk) {
      throw new NotationLimitError(placeOf(text, { offset, length: 1 }), 'a word is too long', {
        received: `${end - offset} characters without a space`,
        expected: `at most ${limits.chunk}`,
      })
    }
    return this.#token('chunk', end - offset)
  }

  #token(kind: Token['kind'], length: number): Token {
    const offset = this.#at
    this.#at = this.#end = offset + length
    return { kind, text: this.#text.slice(offset, this.#at), offset, length }
  }

  #skip(): void {
    while (this.#at < this.#text.length) {
      if (isSpace(this.#text, this.#at)) this.#at += 1
      else if (isComment(this.#text, this.#at)) {
        while (this.#at < this.#text.length && !isLineEnd(this.#text, this.#at)) this.#at += 1
      } else return
    }
  }
}

function arrowAt(text: string, at: number): number {
  if (text[at] === '→') return 1
  return text.startsWith('->', at) ? 2 : 0
}

/** Also the byte-order mark that some editors put first. */
function isSpace(text: string, at: number): boolean {
  return /\s/.test(text[at] as string)
}

function isLineEnd(text: string, at: number): boolean {
  return text[at] === '\n' || text[at] === '\r'
}

function isComment(text: string, at: number): boolean {
  return text[at] === '#' || text.startsWith('//', at)
}

function endsChunk(text: string, at: number): boolean {
  return marks.has(text[at] as string) || arrowAt(text, at) > 0 || isComment(text, at) || isSpace(text, at)
}
