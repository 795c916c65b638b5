/** `--views`: the words are checked when the command line is read, before any image is. */

import { LensletError } from '../core/errors.ts'
import { checkViews, viewsUsage } from '../data/views.ts'
import { refused } from './options.ts'

export function readViews(option: string) {
  return (text: string): string => {
    try {
      if (text !== 'none') checkViews(text)
    } catch (error) {
      if (error instanceof LensletError) throw refused(option, text, error.expected ?? viewsUsage, error.advice)
      throw error
    }
    return text
  }
}
