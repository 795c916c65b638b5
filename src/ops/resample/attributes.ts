/**
 * Attributes of `resample`: each axis of the output is made of positions of the same axis of the input. Padding, cropping
 * and upsampling are the same linear map with other taps, so one op and one kernel serve all of them.
 */

import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'
import type { Pair } from '../window.ts'

/** How the kernel numbers the rules. */
export const rules = { zero: 0, reflect: 1, edge: 2, nearest: 3, bilinear: 4, corners: 5 } as const

/**
 * `zero`, `reflect`, `edge`: output i is input i + start; what lies outside is 0, the input mirrored at its first and last
 * position (which are not repeated), or the nearest input. `nearest`: input ⌊i·in/out⌋. `bilinear`: between the two inputs
 * around (i + ½)·in/out − ½, cut off at the ends. `corners`: around i·(in − 1)/(out − 1), so that the corners are kept.
 */
export type ResampleRule = keyof typeof rules

export interface ResampleAttributes {
  readonly rule: ResampleRule
  readonly input: Pair
  readonly output: Pair
  /** Input position of output (0, 0) by the first three rules: −padding, or what a crop leaves out; else 0. */
  readonly start: Pair
}

type Shape4 = readonly [number, number, number, number]

/** [n, h, w, c] of either side, from an array of the other. */
export function shapeOf([height, width]: Pair, array: ArraySpec): Shape4 {
  return [picturesOf(array), height, width, lastAxis(array)]
}
