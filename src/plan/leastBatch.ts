/**
 * The smallest batch that a goal can be planned for: 1, or 2 where one image has too few values to normalize by the batch's
 * statistics (BN on a volume of 1×1).
 */

import type { Network } from '../network/network.ts'
import { OpShapeError } from '../ops/errors.ts'
import { type ComposeOptions, compose } from './compose.ts'
import type { Composition } from './composition.ts'
import type { Goal } from './goal.ts'

/** Composed for the smallest batch, which the draft names. */
export function composeLeast(network: Network, goal: Goal, options: Omit<ComposeOptions, 'batch'>): Composition {
  try {
    return compose(network, goal, { ...options, batch: 1 })
  } catch (error) {
    if (!(error instanceof OpShapeError)) throw error
    return compose(network, goal, { ...options, batch: 2 })
  }
}
