/** JSON in the files of Keras. */

import { parseJson } from '../../core/json.ts'
import { ForeignFileError } from '../errors.ts'

/** @param what for messages: `the configuration of the model` */
export function readJson(text: string, what: string): unknown {
  try {
    // Keras writes NaN and Infinity as Python does.
    return parseJson(text.replace(/(?<=[[:,]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g, 'null'))
  } catch (cause) {
    throw new ForeignFileError(`${what} cannot be read`, {
      received: cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause),
      expected: 'JSON',
      advice: 'fetch the file again',
      cause,
    })
  }
}
