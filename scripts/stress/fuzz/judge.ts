/** What a reader may do with an input: accept it, or refuse it by an error of ours that has a name. */

import { LensletError } from '../../../src/core/errors.ts'
import { Wrong } from '../row.ts'
import type { Fuzzer } from './format.ts'

/** Of a message: what is longer shows the input, not what is wrong with it. */
const longestMessage = 20_000

/** `accepted` or `refused`. Throws whatever else happened. */
export async function judge({ read }: Pick<Fuzzer, 'read'>, bytes: Uint8Array): Promise<'accepted' | 'refused'> {
  try {
    await read(bytes)
    return 'accepted'
  } catch (error) {
    if (error instanceof Wrong || !(error instanceof LensletError)) throw error
    if (error.constructor === LensletError) throw new Wrong(`an error without a class of its own: ${error.message}`)
    if (error.message.length > longestMessage) throw new Wrong(`a message of ${error.message.length} characters`)
    return 'refused'
  }
}
