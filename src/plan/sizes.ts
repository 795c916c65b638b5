/**
 * Runs of fewer pictures than a plan's batch: the same steps on the same buffers with the same prepared filters, and as
 * much less to do. So a model that was made for many pictures costs what it should for one.
 */

import { bytesOf } from '../ops/arrays.ts'
import type { Plan, PlanBuffer } from './types.ts'

/** The batch, half of it, a quarter, … and 1. */
export function sizesOf(batch: number): readonly number[] {
  const sizes = [batch]
  for (let size = batch; size > 1; sizes.push(size)) size = Math.ceil(size / 2)
  return sizes
}

/**
 * Sizes of the runs that `count` pictures take, in their order: whole batches, then what is left in sizes of which no more
 * than a quarter goes to waste.
 */
export function runsOf(count: number, sizes: readonly number[]): readonly number[] {
  const runs: number[] = []
  for (let left = count; left > 0; ) {
    const enough = sizes.findLast((size) => size >= left && size * 3 <= left * 4)
    const run = enough ?? (sizes.find((size) => size <= left) as number)
    runs.push(run)
    left -= run
  }
  return runs
}

/** The plan's buffers as they are for a smaller run: they stay where they are, and only their first pictures are used. */
export function buffersOfSize({ batch, buffers }: Plan, size: number): readonly PlanBuffer[] {
  if (size === batch) return buffers
  return buffers.map((buffer) => {
    if (!buffer.pictures) return buffer
    const shape = [size, ...buffer.shape.slice(1)]
    return { ...buffer, shape, bytes: bytesOf({ shape, dtype: buffer.dtype }) }
  })
}
