/** Pieces that several layers are made of. */

import { LensletError } from '../core/errors.ts'
import { number } from '../core/schema.ts'
import type { Volume } from '../core/shapes.ts'
import { NotationValueError, VolumeError } from './errors.ts'
import type { ParameterSpec, WordParts } from './types.ts'

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

interface Grouping {
  readonly filters: number
  readonly groups: number
}

/** The filters of `CONV3-64 g2` and their groups. Throws `NotationValueError`. */
export function readFilters({ count: filters = 0, options }: WordParts): Grouping {
  const groups = options?.g?.[0] ?? 1
  if (filters >= 1 && groups >= 1 && filters % groups === 0) return { filters, groups }
  throw new NotationValueError('the filters must divide evenly into the groups', {
    received: `${filters} filters, ${groups} groups`,
    expected: 'at least 1 filter a group, and the same number in each',
  })
}

/** Throws `VolumeError` unless the input's channels divide into the groups, too. */
export function expectGroups({ filters, groups }: Grouping, { channels }: Volume): void {
  if (channels % groups === 0 && filters % groups === 0) return
  throw new VolumeError('channels and filters must divide evenly into the groups', {
    received: `${channels} channels and ${filters} filters in ${groups} groups`,
    expected: `multiples of ${groups}`,
  })
}

/** Whether it is a number that is added to each value of a channel, as `optionalBias` makes it. */
export function isBias({ name, role, shape }: ParameterSpec): boolean {
  return name === 'bias' && role === 'learned' && shape.length === 1
}
