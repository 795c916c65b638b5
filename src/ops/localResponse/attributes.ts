/** Attributes of local response normalization, and its windows. */

import { type ArraySpec, lastAxis, picturesOf } from '../arrays.ts'

export interface LocalResponseAttributes {
  /** Side of the window: channels, or rows and columns of a map. Even sides have one value more in front. */
  readonly size: number
  /** Whether the window lies across channels or within a channel's map. */
  readonly over: 'channels' | 'map'
  /** Multiplies the sum of squares. */
  readonly alpha: number
  readonly beta: number
  /** Added to it. */
  readonly k: number
}

export function describeLocalResponse({ size, over, alpha, beta, k }: LocalResponseAttributes): string {
  return `${size} ${over === 'map' ? `× ${size} of a map` : 'channels'}, α ${alpha}, β ${beta}, k ${k}`
}

/** Values of a window in front of its own. */
export const beforeOf = ({ size }: LocalResponseAttributes): number => Math.floor(size / 2)

/**
 * Both kinds of window go along lines: of the channels of a position, with steps of one value, or of a row of a map, with
 * steps from column to column, whose squares were added up over `tall` rows before.
 */
export interface Lines {
  /** Values in a line. */
  readonly length: number
  /** Values from one tap to the next. */
  readonly step: number
  /** Rows of a window, and lines that they may come from. */
  readonly tall: number
  readonly height: number
  /** All lines. */
  readonly lines: number
}

export function linesOf({ over, size }: LocalResponseAttributes, x: ArraySpec): Lines {
  const channels = lastAxis(x)
  const [pictures, height = 1, width = 1] = [picturesOf(x), x.shape[1], x.shape[2]]
  return over === 'channels'
    ? { length: channels, step: 1, tall: 1, height: 1, lines: pictures * height * width }
    : { length: width * channels, step: channels, tall: size, height, lines: pictures * height }
}
