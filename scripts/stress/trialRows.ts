/** All rows whose trials run in a child process. */

import { fuzzRows } from './fuzz/rows.ts'
import { longRows } from './models/long.ts'
import { modelRaceRows } from './models/races.ts'
import type { TrialRow } from './trials.ts'

export const trialRows: readonly TrialRow[] = [...fuzzRows, ...modelRaceRows, ...longRows]
