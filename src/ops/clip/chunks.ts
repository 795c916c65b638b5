/**
 * How a gradient is cut for its norm: the cut depends on its size alone, so that any number of threads adds up the same
 * numbers in the same order.
 */

/** 64 KB: long enough to be worth a worker's turn. */
export const NORM_CHUNK = 16384

export function normChunks(count: number): number {
  return Math.ceil(count / NORM_CHUNK)
}
