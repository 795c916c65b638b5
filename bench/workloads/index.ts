/** Every row, in the order in which it is measured and printed. */

import type { Row } from '../work.ts'
import { judged } from './judged.ts'
import { layerRows } from './layers.ts'
import { networkRows } from './networks.ts'
import { trainingRows } from './training.ts'

export const rows: readonly Row[] = [...judged, ...layerRows, ...networkRows, ...trainingRows]
