/** A place in a text: line, column, and the line with a caret below it. */

export interface Place {
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** The line, or the part of a long line around the place, and below it a caret. */
  readonly text: string
}

/** A piece of a text: UTF-16 units from its start. */
export interface Span {
  readonly offset: number
  readonly length: number
}

/** Characters of a long line that are shown before and from the place. */
const before = 50
const after = 60

export function placeOf(text: string, { offset, length }: Span): Place {
  let line = 1
  let start = 0
  for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) {
    if (index + end.length > offset) break
    line += 1
    start = index + end.length
  }
  let column = 1
  for (const _ of text.slice(start, offset)) column += 1
  return { line, column, text: excerpt(text, start, offset, length) }
}

function excerpt(text: string, start: number, offset: number, length: number): string {
  const from = Math.max(start, offset - before)
  const shown = visible(/^[^\r\n]*/.exec(text.slice(from, offset + after))?.[0] ?? '')
  const cutBefore = from > start ? '…' : ''
  const whole = shown.length < offset + after - from || /^[\r\n]?$/.test(text.charAt(offset + after))
  const cutAfter = whole ? '' : '…'
  const indent = [...shown.slice(0, offset - from)].map((character) => (character === '\t' ? '\t' : ' ')).join('')
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (offset - from))))
  return `${cutBefore}${shown}${cutAfter}\n${cutBefore && ' '}${indent}${carets}`
}

/** Received text for a message: cut to 40 characters, without those that move a terminal's cursor. */
export function quote(text: string): string {
  return `\`${visible(text.length > 40 ? `${text.slice(0, 40)}…` : text)}\``
}

/** One mark for each UTF-16 unit that is invisible, so that carets stay aligned. */
function visible(text: string): string {
  return text.replace(/[^\P{C}\t]/gu, (hidden) => '\uFFFD'.repeat(hidden.length))
}
