/**
 * The tokens of protobuf's text format (https://protobuf.dev/reference/protobuf/textformat-spec/): marks, words and numbers,
 * and strings with C's escapes. Comments start with # and end with the line.
 */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'

/** A mark (`{`), a word or number (`MAX`, `-1e-5`), or a string without its quotation marks. The last one is the `end`. */
export interface Token {
  readonly kind: 'mark' | 'word' | 'string' | 'end'
  readonly text: string
  readonly line: number
}

const pattern =
  /(?:[ \t\r\f\v]|#[^\n]*)+|(\n)|([{}<>[\]:;,])|(-?[ \t]*[\w.+-]+)|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/suy

/** One after the other, so that memory does not grow with the text. @throws {ForeignFileError} a character or string is invalid */
export function* tokensOf(text: string): Generator<Token, undefined> {
  let line = 1
  pattern.lastIndex = 0
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) throw unexpected(text.slice(at, at + 20).split('\n')[0] ?? '', line)
    at = pattern.lastIndex
    const [, newline, mark, word, double, single] = match
    if (newline !== undefined) line++
    else if (mark !== undefined) yield { kind: 'mark', text: mark, line }
    else if (word !== undefined) yield { kind: 'word', text: word.replace(/[ \t]/g, ''), line }
    else if (double !== undefined || single !== undefined)
      yield { kind: 'string', text: unescaped(double ?? single ?? '', line), line }
  }
  yield { kind: 'end', text: 'the end of the file', line }
}

export function unexpected(received: string, line: number, expected = 'a field of the text format'): ForeignFileError {
  return new ForeignFileError('not a network in the text format of protocol buffers', {
    received: `${printable(received.slice(0, 80))} in line ${line}`,
    expected,
    advice: 'correct the file, or fetch it again',
  })
}

const letters: ReadonlyMap<string, number> = new Map(
  Object.entries({ n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, '\\': 92, "'": 39, '"': 34, '?': 63 }),
)
const escapes = /\\(?:([0-7]{1,3})|x([\da-f]{1,2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gisu

/** Octal and hexadecimal escapes are bytes of UTF-8. */
function unescaped(text: string, line: number): string {
  if (!text.includes('\\')) return text
  const bytes: number[] = []
  const encoder = new TextEncoder()
  let last = 0
  for (const match of text.matchAll(escapes)) {
    bytes.push(...encoder.encode(text.slice(last, match.index)))
    last = match.index + match[0].length
    const [whole, octal, hex, short, long, letter] = match
    const code = short ?? long
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) % 256)
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else if (code !== undefined && Number.parseInt(code, 16) <= 0x10_ff_ff)
      bytes.push(...encoder.encode(String.fromCodePoint(Number.parseInt(code, 16))))
    else {
      const byte = letters.get(letter ?? '')
      if (byte === undefined) throw unexpected(whole, line, 'an escape such as \\n, \\x41 or \\101')
      bytes.push(byte)
    }
  }
  for (const byte of encoder.encode(text.slice(last))) bytes.push(byte)
  return new TextDecoder().decode(Uint8Array.from(bytes))
}
