/**
 * Colors of values. For values from 0: black, purple, orange, yellow, as matplotlib's `inferno` (Smith and van der Walt 2015),
 * whose lightness grows evenly, by 9 of its points. For values with a sign: blue below 0, red above, white at 0.
 */

export type Color = readonly [red: number, green: number, blue: number]

const inferno: readonly Color[] = [
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

const redAndBlue: readonly Color[] = [
  [33, 102, 172],
  [103, 169, 207],
  [209, 229, 240],
  [247, 247, 247],
  [253, 219, 199],
  [239, 138, 98],
  [178, 24, 43],
]

/** @param share 0 to 1 */
export const heat = (share: number): Color => between(inferno, share)

/** @param share −1 to 1 */
export const signed = (share: number): Color => between(redAndBlue, (share + 1) / 2)

function between(colors: readonly Color[], share: number): Color {
  const place = Math.min(1, Math.max(0, share)) * (colors.length - 1)
  const index = Math.min(colors.length - 2, Math.floor(place))
  const rest = place - index
  const [from, to] = [colors[index] as Color, colors[index + 1] as Color]
  const mix = (c: 0 | 1 | 2) => Math.round((1 - rest) * from[c] + rest * to[c])
  return [mix(0), mix(1), mix(2)]
}
