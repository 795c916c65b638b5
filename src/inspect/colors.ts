/** Scales of colors for maps of numbers. */

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number]

/** `gray`: black to white; `viridis`: dark blue to yellow, even to the eye (van der Walt and Smith 2015); `signed`: blue, dark, orange. */
export type ColorScale = 'gray' | 'viridis' | 'signed'

/** Stops at equal distances. */
const stops: Readonly<Record<ColorScale, readonly Rgb[]>> = {
  gray: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  viridis: [
    [68, 1, 84],
    [72, 40, 120],
    [62, 74, 137],
    [49, 104, 142],
    [38, 130, 142],
    [31, 158, 137],
    [53, 183, 121],
    [110, 206, 88],
    [181, 222, 43],
    [253, 231, 37],
  ],
  signed: [
    [147, 197, 253],
    [59, 130, 246],
    [30, 64, 140],
    [24, 26, 30],
    [150, 72, 16],
    [240, 138, 36],
    [253, 212, 160],
  ],
}

/** The scales by name. */
export const colorScales = Object.keys(stops) as readonly ColorScale[]

/** The color of a share from 0 to 1; what lies beyond is cut off, NaN is magenta. */
export function colorAt(scale: ColorScale, share: number): Rgb {
  return Number.isNaN(share) ? [255, 0, 255] : mixedColor(stops[scale], share)
}

/**
 * Between colors at equal distances, two at least.
 *
 * @param share 0 to 1; what lies beyond is cut off
 */
export function mixedColor(colors: readonly Rgb[], share: number): Rgb {
  const at = Math.max(0, Math.min(1, share)) * (colors.length - 1)
  const below = Math.min(colors.length - 2, Math.floor(at))
  const [a, b] = [colors[below] as Rgb, colors[below + 1] as Rgb]
  const mixed = (index: 0 | 1 | 2) => Math.round(a[index] + (b[index] - a[index]) * (at - below))
  return [mixed(0), mixed(1), mixed(2)]
}
