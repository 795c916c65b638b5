/** The share of a training in which its steps waited for images. */

import { printPercent } from '../inspect/units.ts'
import type { MetricsRecord } from '../train/metrics.ts'

/** `0.12 %`; undefined where no record says it. */
export function waitedShare(records: readonly MetricsRecord[]): string | undefined {
  const epochs = records.filter((record) => record.kind === 'epoch').filter(({ waited }) => waited !== undefined)
  const seconds = epochs.at(-1)?.seconds ?? 0
  if (seconds === 0) return undefined
  return printPercent(epochs.reduce((sum, { waited = 0 }) => sum + waited, 0) / seconds)
}
