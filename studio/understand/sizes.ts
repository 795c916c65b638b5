/** How large cells are, so that grids stand side by side: with digits where there is room, otherwise as colours. */

import { cell } from '../look/numbers.ts'
import type { Grid, Group } from './types.ts'

export interface Sizes {
  readonly width: number
  readonly height: number
  readonly digits: boolean
  /** The groups stand one below the other: not even colours have room side by side. */
  readonly wraps: boolean
}

const gap = 12
const digit = 7
const least = { digits: 18, colors: 10 }

/** @param room pixels, all in all */
export function fitted(groups: readonly Group[], room: number): Sizes {
  const columns = groups.reduce((sum, { grids }) => sum + Math.max(0, ...grids.map((grid) => grid.columns)), 0)
  const longest = Math.max(1, ...groups.flatMap(({ grids }) => grids.map(longestOf)))
  const free = room - gap * (groups.length - 1) - 16
  const withDigits = Math.max(least.digits, digit * longest + 4)
  if (columns * withDigits <= free) {
    const width = Math.min(40, Math.floor(free / columns))
    return { width, height: Math.max(20, Math.min(28, width)), digits: true, wraps: false }
  }
  const side = Math.floor(free / columns)
  if (side >= least.colors)
    return { width: Math.min(20, side), height: Math.min(20, side), digits: false, wraps: false }
  const widest = Math.max(1, ...groups.flatMap(({ grids }) => grids.map((grid) => grid.columns)))
  const wrapped = Math.max(4, Math.min(14, Math.floor((room - 16) / widest)))
  return { width: wrapped, height: wrapped, digits: false, wraps: true }
}

/** Characters of the longest number of a grid. */
function longestOf({ values }: Grid): number {
  let most = 1
  for (let index = 0; index < values.length; index++) most = Math.max(most, cell(values[index] as number).length)
  return most
}
