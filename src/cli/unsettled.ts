/**
 * The last line of defence: a command that waits for something that never comes. Node would end with exit code 13 and a
 * warning about an unsettled await, and nothing that a person could act on.
 */

import { explain, UnsettledError } from './errors.ts'

/** As `work`; where nothing is left that could settle it, says so on stderr and ends the process with exit code 1. */
export async function untilSettled<T>(work: Promise<T>, words: readonly string[]): Promise<T> {
  // Node emits it when no timer, file, socket or thread is left that the process would wait for.
  const end = () => {
    process.stderr.write(`${explain(new UnsettledError(words))}\n`)
    process.exit(1)
  }
  process.once('beforeExit', end)
  try {
    return await work
  } finally {
    process.off('beforeExit', end)
  }
}
