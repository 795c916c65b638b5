/** Text <-> Network: the notation of the CS231n notes, as docs/notation.md describes it. */

export { NotationError, NotationLimitError, PrintError } from './errors.ts'
export { type ParseOptions, type PlacedNetwork, parse, parseWithSpans } from './parse.ts'
export type { Place, Span } from './place.ts'
export { print } from './print.ts'
