/** Attributes of the batch normalization ops, and how their rows are dealt out. */

import { type Affine, describeAffine } from '../affine.ts'
import { type ArraySpec, lastAxis, rowsOf } from '../arrays.ts'
import { type Ranges, rangesOf } from '../kernel/ranges.ts'

export interface BatchNormAttributes extends Affine {
  /** Added to the variance. */
  readonly epsilon: number
  /** Applied at the store. */
  readonly activation: 'none' | 'relu'
}

export interface TrainingAttributes extends BatchNormAttributes {
  /** Weight of this batch in the running statistics: running = (1 − m)·running + m·batch. */
  readonly momentum: number
}

/** Of the gradients of a normalization by tracked statistics, whose activation is undone before. */
export interface TrackedGradientAttributes extends Pick<Affine, 'scale'> {
  readonly epsilon: number
}

export function describeBatchNorm({ epsilon, activation, ...affine }: BatchNormAttributes): string {
  return [`ε ${epsilon}`, ...describeAffine(affine), ...(activation === 'none' ? [] : [activation])].join(', ')
}

/** How many values each channel has (n·h·w), and how many channels there are. */
export interface Extent {
  readonly rows: number
  readonly channels: number
}

/** Of the step's first array, [..., channels]. */
export function extentOf(arrays: readonly ArraySpec[]): Extent {
  const x = arrays[0] as ArraySpec
  return { rows: rowsOf(x), channels: lastAxis(x) }
}

/** Ranges of rows for steps that treat every row alike. */
export function rowRanges({ rows, channels }: Extent): Ranges {
  return rangesOf(rows, channels)
}

export interface PartialRanges extends Ranges {
  /** Rows that are added up in float32 before float64 takes over; a chunk is a multiple of it. */
  readonly group: number
}

/**
 * Ranges of rows that each give one partial sum a channel: fewer than workers could share, for the partials are read
 * again. Groups are as long as accuracy allows (a step to float64 costs as much as about eight rows), but shorter for wide
 * rows: more than 16 lines at one distance of a power of two push each other out of the first cache.
 */
export function partialRanges({ rows, channels }: Extent): PartialRanges {
  const group = channels <= 64 ? 64 : channels <= 128 ? 32 : channels <= 256 ? 16 : 8
  const chunk = Math.ceil(Math.max(8192 / channels, rows / 32, 1) / group) * group
  return { group, chunk, tiles: Math.ceil(rows / chunk) }
}
