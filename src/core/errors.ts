/**
 * The root of every error that Lenslet throws on purpose. A message says what was received, what was expected and
 * what to do; the same three are fields, so that a program need not read prose. Each folder derives its own classes.
 */

import './ambient.ts'

export interface ErrorDetails {
  /** What came in, as text. */
  readonly received?: string
  /** What would have been right. */
  readonly expected?: string
  /** What to do now. */
  readonly advice?: string
  readonly cause?: unknown
}

/**
 * A name from outside may hold a line break, and the rest of it would look like a line of ours. Line breaks that are meant
 * are followed by spaces.
 */
const oneLine = (text: string, indent: number) => text.replace(new RegExp(`\\n(?! {${indent}})`, 'g'), '\\u000a')

export class LensletError extends Error {
  readonly received: string | undefined
  readonly expected: string | undefined
  readonly advice: string | undefined

  constructor(message: string, details: ErrorDetails = {}) {
    const lines = [oneLine(message, 2)]
    if (details.received !== undefined) lines.push(`  received: ${oneLine(details.received, 4)}`)
    if (details.expected !== undefined) lines.push(`  expected: ${oneLine(details.expected, 4)}`)
    if (details.advice !== undefined) lines.push(`  try: ${oneLine(details.advice, 4)}`)
    super(lines.join('\n'), details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.received = details.received
    this.expected = details.expected
    this.advice = details.advice
  }
}

/** An invalid argument of a public function or of the command line: a batch of 0, a rate of NaN. */
export class ArgumentError extends LensletError {}
