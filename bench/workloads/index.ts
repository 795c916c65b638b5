/** Every row. Those of networks that something is demanded of are measured first, the others in this order. */

import type { Row } from '../work.ts'
import { judged } from './judged.ts'
import { layerRows } from './layers.ts'
import { networkRows, smallNetworkRows } from './networks.ts'
import { smallTrainingRows, trainingRows } from './training.ts'

export const rows: readonly Row[] = [
  ...judged,
  ...networkRows,
  ...trainingRows,
  ...layerRows,
  ...smallNetworkRows,
  ...smallTrainingRows,
]
