/** Workers that come up while a model is still being made: before the plan, and before wide.ts changes V8's flags. */

import { platform } from '#platform'
import { chooseThreads } from './threads.ts'
import { workerMain } from './worker.ts'

/**
 * Lets as many workers come up as a model will take whose maker asked for `threads`. To be called when it has them, or
 * failed: what is given back ends those that are left.
 */
export function startEarly(threads?: number): () => Promise<void> {
  const wanted = chooseThreads(threads).threads
  const sensible = Number.isInteger(wanted) && wanted > 1 && wanted <= platform.parallelism()
  return sensible ? platform.spareWorkers(workerMain, wanted) : async () => {}
}
