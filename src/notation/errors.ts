/** What is wrong with a text, and where: line, column, the line itself with a caret, and what was perhaps meant. */

import { type ErrorDetails, LensletError } from '../core/index.ts'
import type { Place } from './place.ts'

export interface NotationDetails extends ErrorDetails {
  /** A word that is close to what came. */
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

/** A word of the notes that is understood, but whose layer is not built yet. */
export class UnbuiltWordError extends NotationError {}

/** The network has no text form: its wiring or a node's attributes. JSON can hold it. `node` names the place. */
export class PrintError extends LensletError {
  readonly node: string

  constructor(node: string, message: string, details: ErrorDetails = {}) {
    super(`${node}: ${message}`, { advice: 'networkToJson can hold it', ...details })
    this.node = node
  }
}

/**
 * Tells an error of a layer or of the sizer where in the text it arose. It stays the same error, of the same class, and
 * gets the fields of `Place`: who catches a `SizeError` catches it whether the network came from text or from JSON.
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
