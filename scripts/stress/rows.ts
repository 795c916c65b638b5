/** The table of everything that is tried. */

import type { Row } from './row.ts'
import { diskRows } from './runs/disk.ts'
import { killRows } from './runs/kill.ts'
import { raceRows } from './runs/race.ts'
import { supervised } from './supervisor.ts'
import { trialRows } from './trialRows.ts'

export const rows: readonly Row[] = [...killRows, ...diskRows, ...raceRows, ...trialRows.map(supervised)]
