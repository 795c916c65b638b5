/** An error of the library as data: its parts, and its place in the text. */

import { LensletError } from 'lenslet/core'
import type { Fault } from '../messages.ts'

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
  return {
    message: firstLine(error.message),
    ...(received !== undefined && { received }),
    ...(expected !== undefined && { expected }),
    ...(advice !== undefined && { advice }),
    ...(span !== undefined && { span }),
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
