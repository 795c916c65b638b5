/**
 * Guards a training step against a bad loss: a step whose loss is NaN or infinite must not change any weight. The guard
 * sets scalars[gradientScale] to 0 then, at which the optimizers do nothing, and the host reads the 0 afterwards and
 * reports that training diverged. So loss, backward pass and update can run without the host looking in between.
 */

import type { Op } from '../types.ts'
import { lossGuardReference } from './reference.ts'

/**
 * [losses [n]], updates [scalars] → []: scalars[gradientScale] = 1 if every loss is finite, else 0. A sum of the losses
 * would not do: finite losses can add up to infinity. No gradient flows through it.
 */
export const lossGuard: Op<object> = {
  kind: 'loss.guard',
  describe: () => '',
  outputs: () => [],
  gradient: 'none',
  reference: lossGuardReference,
}

export const guardOps = { 'loss.guard': lossGuard } as const
