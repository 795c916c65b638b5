/**
 * A mean of weights over steps, beside the weights: slow = kept·slow + (1 − kept)·fast. It is the running mean of Polyak
 * and Juditsky (1992), as torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn has it, and, where the weights
 * then become the mean, Lookahead (Zhang et al. 2019).
 */

import { SCALAR_COUNT } from '../../scalars.ts'
import { expectSize } from '../../specs.ts'
import type { ArraySpec, Op } from '../../types.ts'
import type { AverageAttributes } from './attributes.ts'
import { averageReference } from './reference.ts'

/**
 * [scalars], updates [slow, fast] → []. With a share of 0, slow is a copy, whatever it held before. Nothing happens where
 * the share is below 0, where gradientScale is 0, or, with `back`, where the weights are paused.
 */
export const average: Op<AverageAttributes> = {
  kind: 'optimizer.average',
  describe: ({ kept, back }) => `${kept}${back ? ', and back' : ''}`,
  outputs(_attributes, inputs: readonly ArraySpec[], updates: readonly ArraySpec[] = []) {
    expectSize(average.kind, inputs, 0, [SCALAR_COUNT], 'scalars')
    const [slow] = updates
    if (slow !== undefined) expectSize(average.kind, updates, 1, slow.shape, 'weights')
    return []
  },
  gradient: 'none',
  reference: averageReference,
}

export const averageOps = { 'optimizer.average': average } as const
