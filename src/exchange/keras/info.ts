/** A model's class names and preprocessing in a file that has a place for what it does not know: an attribute, metadata. */

import { LensletError } from '../../core/errors.ts'
import { type ModelInfo, parseInfo } from '../../model/info.ts'

/** Without the tensors, which the file itself describes. */
export function infoText({ classes, normalization, preprocessing, origin }: ModelInfo): string {
  return JSON.stringify({ classes, normalization, preprocessing, origin })
}

/** What was written, before what the reader found out; nothing where another program has changed it. */
export function withInfo(found: ModelInfo, text: unknown): ModelInfo {
  if (typeof text !== 'string') return found
  try {
    const { tensors: _, ...own } = parseInfo(text)
    const said = Object.entries(own).filter(([, value]) => value !== undefined)
    return { ...found, ...Object.fromEntries(said) }
  } catch (error) {
    if (error instanceof LensletError) return found
    throw error
  }
}
