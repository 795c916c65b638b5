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

export class LensletError extends Error {
  readonly received: string | undefined
  readonly expected: string | undefined
  readonly advice: string | undefined

  constructor(message: string, details: ErrorDetails = {}) {
    const lines = [message]
    if (details.received !== undefined) lines.push(`  received: ${details.received}`)
    if (details.expected !== undefined) lines.push(`  expected: ${details.expected}`)
    if (details.advice !== undefined) lines.push(`  try: ${details.advice}`)
    super(lines.join('\n'), details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.received = details.received
    this.expected = details.expected
    this.advice = details.advice
  }
}

/** An invalid argument of a public function or of the command line: a batch of 0, a rate of NaN. */
export class ArgumentError extends LensletError {}
