/** Pieces that several layers are made of. */

import { LensletError } from '../core/index.ts'
import type { ParameterSpec } from './types.ts'

/** The one item of a list whose length the caller has checked: one input, one output. */
export function only<T>(items: readonly T[]): T {
  const [item] = items
  if (item === undefined || items.length !== 1) {
    throw new LensletError('expected exactly one item', { received: `${items.length} items`, expected: '1' })
  }
  return item
}

/** A bias for each of `count` filters or neurons, or none. */
export function optionalBias(wanted: boolean, count: number): readonly ParameterSpec[] {
  if (!wanted) return []
  return [{ name: 'bias', shape: [count], initial: { kind: 'constant', value: 0 }, role: 'learned', decays: false }]
}
