/**
 * In the place of short.ts and wide.ts in the files for pages: a page's clock cannot time kernels, and it cannot set its
 * engine's flags, so there is nothing to choose.
 */

import type { ShortVerdict } from './short.ts'
import type { WideVerdict } from './wide.ts'

export const shortVerdict = async (): Promise<ShortVerdict | undefined> => undefined

export function wideVerdict(forced = false): WideVerdict | undefined {
  const why = 'this engine cannot be asked for 256-bit operations'
  return forced ? { same: false, ok: false, why, milliseconds: 0 } : undefined
}
