/** All rows whose trials run in a child process. */

import { fuzzRows } from './fuzz/rows.ts'
import type { TrialRow } from './trials.ts'

export const trialRows: readonly TrialRow[] = [...fuzzRows]
