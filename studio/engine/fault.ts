/** An error of the library as data: its parts, and its place in the text. */

import { LensletError } from 'lenslet/core'

/** What would help, as something to press: another word in the notation, or another setting. */
export type Offer =
  | { readonly kind: 'input'; readonly height: number; readonly width: number; readonly channels: number }
  | { readonly kind: 'output'; readonly classes: number }
  | { readonly kind: 'batch'; readonly batch: number }
  | { readonly kind: 'rate'; readonly rate: number }

/** The command line's message, in its parts. */
export interface Fault {
  readonly message: string
  readonly received?: string
  readonly expected?: string
  readonly advice?: string
  /** Where in the text of the network it points, in UTF-16 units. */
  readonly span?: readonly [from: number, to: number]
  readonly offer?: Offer
}

/** What errors are to be answered with; panels add to it. */
const offers = new WeakMap<LensletError, Offer>()

export function offered<E extends LensletError>(error: E, offer: Offer): E {
  offers.set(error, offer)
  return error
}

interface Located {
  readonly line?: number
  readonly column?: number
  readonly text?: string
}

/**
 * Errors of the library are messages for people; anything else is a fault of ours and is thrown on.
 *
 * @param text of the network that was asked about, in which the error has its place
 */
export function faultOf(error: unknown, text = ''): Fault {
  if (!(error instanceof LensletError)) throw error
  const { received, expected, advice } = error
  const span = spanOf(error as Located, text)
  const offer = offers.get(error)
  return {
    message: firstLine(error.message),
    ...(received !== undefined && { received }),
    ...(expected !== undefined && { expected }),
    ...(advice !== undefined && { advice }),
    ...(span !== undefined && { span }),
    ...(offer !== undefined && { offer }),
  }
}

/** The message without its place and its excerpt, which the editor shows in the text itself. */
function firstLine(message: string): string {
  const [line = ''] = message.split('\n')
  return line.replace(/^line \d+, column \d+: /, '')
}

function spanOf({ line, column, text: excerpt }: Located, text: string): readonly [number, number] | undefined {
  if (line === undefined || column === undefined) return undefined
  let start = 0
  let at = 1
  for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) {
    if (at === line) break
    at += 1
    start = index + end.length
  }
  // Columns count characters, offsets UTF-16 units.
  const before = [...text.slice(start)].slice(0, column - 1).join('').length
  const from = Math.min(start + before, text.length)
  const carets = /(\^+)\s*$/.exec(excerpt ?? '')?.[1]?.length ?? 1
  return [from, Math.min(from + carets, text.length)]
}
