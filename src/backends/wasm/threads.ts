/** How many threads there are to be had, and why not more. */

import { platform } from '#platform'

/**
 * More rarely pay: a small network's steps are too short to share among them, and half of a machine's logical
 * processors are often second halves of cores, which the kernels already fill.
 */
const mostByDefault = 8

export interface ThreadsChoice {
  readonly threads: number
  /** One clause: why there is only one, or fewer than asked for; absent where there could be more. */
  readonly reason?: string
}

/**
 * Threads for a model whose maker asked for `requested`, or did not ask. More than there are processors never help, and each
 * takes memory; up to eight are given all the same, so that what depends on their number can be tried on a small machine.
 */
export function chooseThreads(requested?: number): ThreadsChoice {
  const reason = platform.whyNoThreads()
  if (reason !== undefined) return { threads: 1, reason }
  const processors = platform.parallelism()
  if (requested === undefined) return { threads: Math.min(processors, mostByDefault) }
  const most = Math.max(processors, mostByDefault)
  if (requested <= most) return { threads: requested }
  const have = processors === 1 ? '1 processor' : `${processors} processors`
  return { threads: most, reason: `more than ${most} do not help on ${have}` }
}
