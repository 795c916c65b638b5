/** What a page loads when it trains or evaluates. */

import { trainClaimed } from './claimed.ts'
import { evaluateBy } from './evaluateBy.ts'

// A value of its own: bundlers give a file that only hands exports on a chunk of its own, also where they split nothing.
export const later = { trainClaimed, evaluateBy } as const
