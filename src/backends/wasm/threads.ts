/** How many threads there are to be had, and why not more. */

import { platform } from '#platform'

/**
 * More rarely pay: a small network's steps are too short to share among them, and half of a machine's logical
 * processors are often second halves of cores, which the kernels already fill.
 */
const mostByDefault = 8

export interface ThreadsChoice {
  readonly threads: number
  /** One clause: why there is only one; absent where there could be more. */
  readonly reason?: string
}

/** Threads for a model whose maker asked for `requested`, or did not ask. */
export function chooseThreads(requested?: number): ThreadsChoice {
  const reason = platform.whyNoThreads()
  if (reason !== undefined) return { threads: 1, reason }
  return { threads: requested ?? Math.min(platform.parallelism(), mostByDefault) }
}
