/** Errors of the notation. Each gives the position of the fault: line, column, and the line with a caret below the fault. */

import { type ErrorDetails, LensletError } from '../core/errors.ts'
import type { Place } from './place.ts'

export interface NotationDetails extends ErrorDetails {
  /** A known word that is close to the received one. */
  readonly suggestion?: string | undefined
}

/** The text is not a network. */
export class NotationError extends LensletError implements Place {
  readonly line: number
  readonly column: number
  /** The line of the text, and below it a caret under the fault. */
  readonly text: string
  readonly suggestion: string | undefined

  constructor(place: Place, message: string, details: NotationDetails = {}) {
    const { suggestion, ...rest } = details
    const advice = [suggestion === undefined ? '' : `did you mean ${suggestion}?`, rest.advice ?? ''].filter(Boolean)
    super(placed(place, message), advice.length === 0 ? rest : { ...rest, advice: advice.join(' ') })
    this.line = place.line
    this.column = place.column
    this.text = place.text
    this.suggestion = suggestion
  }
}

/** The text asks for more than `limits` allow. */
export class NotationLimitError extends NotationError {}

/** The network cannot be written as text: its wiring, its size or the attributes of `node`. JSON can hold it. */
export class PrintError extends LensletError {
  readonly node: string

  constructor(node: string, message: string, details: ErrorDetails = {}) {
    super(`${node}: ${message}`, { advice: 'write it with networkToJson, which holds every network', ...details })
    this.node = node
  }
}

/**
 * Adds the place in the text to an error of a layer or of shape inference. The error keeps its class and gains the fields
 * of `Place`, so that code which catches a `SizeError` works for networks from text and from JSON.
 */
export function locate<E extends LensletError>(error: E, place: Place): E & Place {
  const [head = '', ...rest] = error.message.split('\n')
  error.message = [placed(place, head), ...rest].join('\n')
  return Object.assign(error, { line: place.line, column: place.column, text: place.text })
}

function placed(place: Place, message: string): string {
  const excerpt = place.text.startsWith('\n') ? '' : place.text.replace(/^/gm, '  ')
  return [`line ${place.line}, column ${place.column}: ${message}`, excerpt].filter(Boolean).join('\n')
}
