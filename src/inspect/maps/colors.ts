/**
 * Colors of values. For values from 0: black, purple, orange, yellow, as matplotlib's `inferno` (Smith and van der Walt 2015),
 * whose lightness grows evenly, by 9 of its points. For values with a sign: blue below 0, red above, white at 0.
 */

import { mixedColor, type Rgb } from '../colors.ts'

const inferno: readonly Rgb[] = [
  [0, 0, 4],
  [31, 12, 72],
  [85, 15, 109],
  [136, 34, 106],
  [186, 54, 85],
  [227, 89, 51],
  [249, 140, 10],
  [249, 201, 50],
  [252, 255, 164],
]

const redAndBlue: readonly Rgb[] = [
  [33, 102, 172],
  [103, 169, 207],
  [209, 229, 240],
  [247, 247, 247],
  [253, 219, 199],
  [239, 138, 98],
  [178, 24, 43],
]

/** @param share 0 to 1 */
export const heat = (share: number): Rgb => mixedColor(inferno, share)

/** @param share −1 to 1 */
export const signed = (share: number): Rgb => mixedColor(redAndBlue, (share + 1) / 2)
