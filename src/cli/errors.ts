/**
 * Which exit code an error gets. 2: the call was wrong, and repeating it unchanged cannot succeed (an unknown word, an
 * invalid option, a network that does not work out, a path where nothing is). 1: the call made sense, and the
 * work failed (a damaged file, no memory, no network connection, a loss that is not a number).
 */

import { ArgumentError, LensletError } from '../core/errors.ts'
import { printable } from '../core/text.ts'

/** The command line is invalid. */
export class UsageError extends LensletError {}

/** Something ended the work before it was done, and has been said already; `code` is the exit code. */
export class Stopped extends Error {
  readonly code: number

  constructor(code: number) {
    super('stopped')
    this.code = code
  }
}

/** Nothing is left that the command could wait for, and it has not ended. */
export class UnsettledError extends LensletError {
  constructor(words: readonly string[]) {
    super('the command stopped before its work was done', {
      received: printable(`lenslet ${words.join(' ')}`),
      expected: 'a result or an error; this is a bug in Lenslet or in a library that it uses',
      advice: 'report it with the command and, if you can, the file that it was reading',
    })
  }
}

const wrongCalls = new WeakSet<Error>()

/** Whatever Lenslet refuses in here was wrong with the call: reading options, the network, paths. */
export async function readCall<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof LensletError) wrongCalls.add(error)
    throw error
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Stopped) return error.code
  if (error instanceof UsageError || error instanceof ArgumentError) return 2
  return error instanceof Error && wrongCalls.has(error) ? 2 : 1
}

/** What is said on stderr. Unforeseen errors say so, and keep their stack for a bug report. */
export function explain(error: unknown): string {
  if (error instanceof LensletError) return `error: ${error.message}`
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `error: unexpected; this is a bug in Lenslet or in a library that it uses\n  ${text.replaceAll('\n', '\n  ')}`
}
