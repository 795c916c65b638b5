/** Attributes of the batch normalization ops, and how their rows are dealt out. */

import { type Ranges, rangesOf } from '../kernel/ranges.ts'

export interface BatchNormAttributes {
  /** Values of each channel: n·h·w. */
  readonly rows: number
  readonly channels: number
  /** Added to the variance. */
  readonly epsilon: number
  /** Applied at the store. */
  readonly activation: 'none' | 'relu'
}

export interface TrainingAttributes extends BatchNormAttributes {
  /** Weight of this batch in the running statistics: running = (1 − m)·running + m·batch. */
  readonly momentum: number
}

export function describeBatchNorm({ epsilon, activation }: BatchNormAttributes): string {
  return `ε ${epsilon}${activation === 'none' ? '' : `, ${activation}`}`
}

/** Ranges of rows for steps that treat every row alike. */
export function rowRanges({ rows, channels }: BatchNormAttributes): Ranges {
  return rangesOf(rows, channels)
}

/**
 * Ranges of rows that each give one partial sum a channel. Fewer than workers could share, for the partials are read
 * again; groups of 16 rows are what the kernel adds up in float32 before it goes on in float64.
 */
export function partialRanges({ rows, channels }: BatchNormAttributes): Ranges {
  const chunk = Math.ceil(Math.max(8192 / channels, rows / 32, 1) / 16) * 16
  return { chunk, tiles: Math.ceil(rows / chunk) }
}
