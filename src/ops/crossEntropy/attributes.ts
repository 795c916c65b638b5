/** Attributes of cross-entropy, and what it compares with. */

import type { ArraySpec } from '../types.ts'

export interface CrossEntropyAttributes {
  /** ε, share of the target spread evenly over all classes; 0 for none. */
  readonly smoothing: number
  /** What losses and gradient are multiplied by: 1, or the weight of an auxiliary head. */
  readonly weight: number
}

/** Whether the pictures have a share of each class instead of one label. */
export function hasShares(inputs: readonly ArraySpec[]): boolean {
  return inputs[1]?.dtype === 'f32'
}
