/** How the steps of perChannel.as.ts are divided into tiles. */

import { type ArraySpec, lastAxis, picturesOf, rowsOf } from '../arrays.ts'
import type { StepSpec } from '../types.ts'
import { rangesOf } from './ranges.ts'

/** Channels of a tile of sums, as in perChannel.as.ts. */
const block = 16

/** Rows of channels in ranges, one a tile. */
export function channelRows({ inputs }: StepSpec<object>) {
  const spec = inputs[0] as ArraySpec
  const [rows, channels] = [rowsOf(spec), lastAxis(spec)]
  const { chunk, tiles } = rangesOf(rows, channels)
  return { sizes: { rows, channels, chunk }, tiles }
}

/** Sums over each image's positions. */
export function channelSumsOf({ inputs }: StepSpec<object>) {
  const spec = inputs[0] as ArraySpec
  const [channels, images] = [lastAxis(spec), picturesOf(spec)]
  return { sizes: { channels, positions: rowsOf(spec) / images }, tiles: images * Math.ceil(channels / block) }
}
