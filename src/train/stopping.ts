/** Early stopping: when more epochs no longer help. */

import type { EpochRecord } from './metrics.ts'

/** Whether the last `patience` epochs brought neither a lower test loss nor a higher test accuracy than before them. */
export function stoppedImproving(history: readonly EpochRecord[], patience: number): boolean {
  if (history.length <= patience) return false
  const losses = history.map(({ testLoss = Number.POSITIVE_INFINITY }) => testLoss)
  const accuracies = history.map(({ testAccuracy = 0 }) => testAccuracy)
  const from = history.length - patience
  const lower = Math.min(...losses.slice(from)) < Math.min(...losses.slice(0, from))
  const higher = Math.max(...accuracies.slice(from)) > Math.max(...accuracies.slice(0, from))
  return !lower && !higher
}
