/** In the place of groups.ts in files for pages: see plan/withoutGroups.ts. */

import { ArgumentError } from '../core/errors.ts'
import type { Network } from '../network/network.ts'
import type { GroupsAsked, ResolvedGroups } from './groups.ts'

/** Throws `ArgumentError` where there are groups or rates. */
export function resolveGroups(_network: Network, { groups = [], rates = [] }: GroupsAsked): ResolvedGroups {
  if (groups.length + rates.length === 0) return { rules: null, groups: [] }
  throw new ArgumentError('lenslet.browser.js has no groups of weights', {
    received: JSON.stringify({ groups, rates }),
    expected: 'a training without groups and rates',
    advice: 'bundle the package lenslet with Vite or another bundler, which has all of it',
  })
}

/** There are none. */
export const goalOf = (): object => ({})
