/** Pieces that several layers are made of. */

import { LensletError } from '../core/errors.ts'
import { number } from '../core/schema.ts'
import type { ParameterSpec } from './types.ts'

/** The number of filters, neurons or channels in a file. */
export const countSchema = number({ whole: true, min: 1, max: 1 << 24 })

/** One volume in. */
export const oneInput = { min: 1, max: 1 } as const

/** The one output of a step. */
export function only<T>(items: readonly T[]): T {
  const [item] = items
  if (item === undefined || items.length !== 1) {
    throw new LensletError('expected exactly one item', { received: `${items.length} items`, expected: '1' })
  }
  return item
}

/** Our filters [F, F, C/groups, K] are PyTorch's weight [K, C/groups, F, F]; those of FC lie there as [K, C·F·F]. */
export const pytorchFilters = { key: 'weight', axes: [3, 2, 0, 1] } as const

/** A bias for each of `count` filters or neurons, or none. */
export function optionalBias(wanted: boolean, count: number): readonly ParameterSpec<'bias'>[] {
  if (!wanted) return []
  return [{ name: 'bias', shape: [count], initial: { kind: 'constant', value: 0 }, role: 'learned', decays: false }]
}

/** Whether it is a number that is added to each value of a channel, as `optionalBias` makes it. */
export function isBias({ name, role, shape }: ParameterSpec): boolean {
  return name === 'bias' && role === 'learned' && shape.length === 1
}
