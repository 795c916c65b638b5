/** JSON in the files of Keras. */

import { parseJson } from '../../core/json.ts'
import { ForeignFileError } from '../errors.ts'

/** @param what for messages: `the configuration of the model` */
export function readJson(text: string, what: string): unknown {
  try {
    // Keras writes NaN and Infinity as Python does.
    return parseJson(withoutNaN(text))
  } catch (cause) {
    throw new ForeignFileError(`${what} cannot be read`, {
      received: cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause),
      expected: 'JSON',
      advice: 'fetch the file again',
      cause,
    })
  }
}

const words = ['-Infinity', 'Infinity', 'NaN']

/** With null in the place of these words, outside of texts. One pass: the text may be long and hostile. */
function withoutNaN(text: string): string {
  if (!words.some((word) => text.includes(word))) return text
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      at = endOfText(text, at)
      continue
    }
    const word = words.find((each) => text.startsWith(each, at))
    if (word === undefined) continue
    parts.push(text.slice(from, at), 'null')
    from = at + word.length
    at = from - 1
  }
  return parts.join('') + text.slice(from)
}

/** The place of the quote that ends a text. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at
    if (text[at] === '\\') at++
  }
  return text.length
}
