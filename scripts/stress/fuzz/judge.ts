/** What a reader may do with an input: accept it, or refuse it with a named error. */

import { LensletError } from '../../../src/core/errors.ts'
import { Wrong } from '../row.ts'
import type { Fuzzer } from './format.ts'

/** Of a message: what is longer shows the input, not what is wrong with it. */
const longestMessage = 20_000

/** `accepted` or `refused`. Throws if anything else happened. */
export async function judge({ read }: Pick<Fuzzer, 'read'>, bytes: Uint8Array): Promise<'accepted' | 'refused'> {
  // Reserved memory that is not touched is not in use, but a reader must not ask for it either.
  const before = process.memoryUsage().arrayBuffers
  try {
    await read(bytes)
    checkReserved(before, bytes)
    return 'accepted'
  } catch (error) {
    if (error instanceof Wrong || !(error instanceof LensletError)) throw error
    checkReserved(before, bytes)
    if (error.constructor === LensletError) throw new Wrong(`an error without its own class: ${error.message}`)
    if (error.message.length > longestMessage) throw new Wrong(`a message of ${error.message.length} characters`)
    return 'refused'
  }
}

/** MiB of arrays that reading may make, beside a multiple of the input. */
const mostReserved = 1024

function checkReserved(before: number, { length }: Uint8Array): void {
  const reserved = (process.memoryUsage().arrayBuffers - before) / 2 ** 20
  if (reserved > mostReserved + (64 * length) / 2 ** 20)
    throw new Wrong(`arrays of ${Math.round(reserved)} MiB for an input of ${length} bytes`)
}
