/**
 * Colours of values, safe for colour-blind eyes: viridis for values from 0, and for values with a sign blue – paper – orange,
 * symmetric around 0. Paper is the page's own, so that 0 looks like nothing.
 */

import { colorAt, mixedColor, type Rgb } from 'lenslet/inspect'

export type Theme = 'light' | 'dark'

/** Okabe and Ito's blue and orange, darker at the ends on white. */
const signs: Readonly<Record<Theme, readonly Rgb[]>> = {
  light: [
    [0, 73, 120],
    [0, 114, 178],
    [130, 187, 220],
    [255, 255, 255],
    [247, 196, 110],
    [213, 130, 0],
    [140, 80, 0],
  ],
  dark: [
    [150, 205, 245],
    [58, 159, 220],
    [24, 82, 120],
    [29, 33, 37],
    [128, 84, 10],
    [237, 178, 53],
    [255, 222, 150],
  ],
}

/** Values that are not finite: a colour of no scale. */
const broken: Rgb = [224, 0, 160]

export interface Scale {
  readonly kind: 'signed' | 'positive'
  /** The value at the end of the scale; a signed one begins at its negative. */
  readonly end: number
}

/** The scale of some values: signed where any is below 0, up to the largest magnitude. */
export function scaleOf(values: Iterable<number>, kind?: Scale['kind']): Scale {
  let [end, hasNegative] = [0, false]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < 0) hasNegative = true
    end = Math.max(end, Math.abs(value))
  }
  return { kind: kind ?? (hasNegative ? 'signed' : 'positive'), end }
}

export function colorOf(value: number, { kind, end }: Scale, theme: Theme): Rgb {
  if (!Number.isFinite(value)) return broken
  const share = end > 0 ? value / end : 0
  return kind === 'signed' ? mixedColor(signs[theme], (share + 1) / 2) : colorAt('viridis', share)
}

/** For a style: `rgb(0 114 178)`. */
export const cssOf = (rgb: Rgb) => `rgb(${rgb.join(' ')})`

/** Black or white, whichever is easier to read on a colour (WCAG's relative luminance). */
export function inkOn(rgb: Rgb): string {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#000' : '#fff'
}
