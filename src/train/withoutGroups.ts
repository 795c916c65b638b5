/**
 * In the place of groups.ts, means.ts, ema.ts and starts/ in files for pages, which keep their size down by leaving out groups
 * of weights, accumulation, means of weights and starts: see plan/withoutGroups.ts.
 */

import type { Network } from '../network/network.ts'
import type { ScalarValues } from '../ops/scalars.ts'
import { refuse } from '../plan/leftOut.ts'
import type { GroupsAsked, ResolvedGroups } from './groups.ts'
import type { MeanSettings } from './means.ts'

/** Throws `ArgumentError` where there are groups or rates. */
export function resolveGroups(_network: Network, { groups = [], rates = [] }: GroupsAsked): ResolvedGroups {
  refuse({ groups, rates })
  return { rules: null, groups: [] }
}

export const goalOf = (): object => ({})

/** Throws `ArgumentError` where there are means. */
export function resolveMeans(ema: unknown, lookahead: unknown): MeanSettings {
  refuse({ ema, lookahead })
  return { ema: null, lookahead: null }
}

export const meanScalars = (): ScalarValues => ({})

/** Throws `ArgumentError` where there are starts. */
export function resolveStarts(_network: Network, start?: unknown): readonly never[] {
  refuse({ start })
  return []
}

export const bindTrial = async (): Promise<undefined> => undefined
export const applyStarts = async (): Promise<readonly string[]> => []
export const startSlowWeights = async (): Promise<void> => {}
export const exchangeMeans = async (): Promise<void> => {}
