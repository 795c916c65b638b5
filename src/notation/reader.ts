/** Gives the grammar its tokens, and makes errors that know their place in the text. */

import { type NotationDetails, NotationError, NotationLimitError } from './errors.ts'
import { Lexer, type Token } from './lexer.ts'
import { limits } from './limits.ts'
import { type Place, placeOf, quote, type Span } from './place.ts'

/** The notes' best-known line is a pattern: its letters and question marks are left open. */
const patternAdvice =
  'this is a pattern: choose its numbers, as in INPUT 32x32x3 -> [[CONV3-32 -> RELU]*2 -> POOL2]*3 -> [FC-128 -> RELU]*1 -> FC-10'

export class Reader extends Lexer {
  readonly #text: string
  /** Numbers for letters after `*`. */
  readonly bindings: Readonly<Record<string, number>>

  constructor(text: string, bindings: Readonly<Record<string, number>> = {}) {
    super(text)
    this.#text = text
    this.bindings = bindings
  }

  place(span: Span): Place {
    return placeOf(this.#text, span)
  }

  error(span: Span, message: string, details: NotationDetails = {}): NotationError {
    return new NotationError(this.place(span), message, details)
  }

  /** For a missing part. The error says so if the text is a pattern. */
  missing(span: Span, message: string, expected: string): NotationError {
    return this.error(span, message, this.isPattern() ? { expected, advice: patternAdvice } : { expected })
  }

  tooLarge(token: Token): NotationLimitError {
    return this.limit(token, 'the number is too large', said(token), limits.number)
  }

  limit(span: Span, message: string, received: string, most: number): NotationLimitError {
    return new NotationLimitError(this.place(span), message, { received, expected: `at most ${most}` })
  }

  isPattern(): boolean {
    return /\*\s*\p{L}|[\p{L}\d\])]\?/u.test(this.#text)
  }
}

/** A token in a message. */
export function said(token: Token): string {
  return token.kind === 'end' ? 'the end of the text' : quote(token.text)
}
