/** Early stopping: when more epochs no longer help. */

import type { StateSummary } from './state.ts'

/** Of a number of epochs: more than what a product such as 0.3 · 30 is off. */
const rounding = 1e-9

/**
 * Whether the loss of the watched split was no lower in the last `patience` epochs than before them. Epochs of the warm-up
 * are not counted: while the rate rises, the loss often rises, too.
 *
 * @param warmup of the schedule, in epochs
 */
export function stoppedImproving(
  { epochs, lowest }: Pick<StateSummary, 'epochs' | 'lowest'>,
  patience: number,
  warmup: number,
): boolean {
  if (lowest === undefined) return false
  return epochs - Math.max(lowest.epoch, Math.ceil(warmup - rounding)) >= patience
}
