/** The largest batch that fits into a memory. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import { checkNetwork } from '../network/check.ts'
import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { wasmTarget } from '../ops/wasm/target.ts'
import { resolveGoal } from './goal.ts'
import { layOut } from './layOut.ts'
import { composeLeast } from './leastBatch.ts'
import { planOptionNames, resolveOptions } from './options.ts'
import type { PlanOptions } from './types.ts'

/** No batch is larger. */
const most = 2 ** 20

/**
 * The largest batch whose arena fits into `bytes`, 0 where even the smallest does not. The steps are composed once; a
 * doubling and a bisection lay them out about 2·log₂(batch) times, as each step may be computed in another way for another
 * number of pictures.
 */
export function maxBatch(network: Network, bytes: number, options: Omit<PlanOptions, 'batch'> = {}): number {
  checkNetwork('maxBatch', network)
  const { batch: _, ...names } = planOptionNames
  checkOptions<typeof options>('maxBatch', options, names)
  if (!(bytes > 0)) throw new ArgumentError('the memory must be a positive number of bytes', { received: `${bytes}` })
  const { target: given, threads = 1, exact = false } = options
  const { target, ...resolved } = resolveOptions({ ...options, target: given ?? wasmTarget({ threads, exact }) })
  const composition = composeLeast(network, resolveGoal(options, lossOf(network)), resolved)
  const least = composition.draft.batch
  const fits = (batch: number) => layOut(composition, batch, target).arenaBytes <= bytes
  if (!fits(least)) return 0
  let good = least
  while (good < most && fits(Math.min(good * 2, most))) good = Math.min(good * 2, most)
  let bad = Math.min(good * 2, most + 1)
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (fits(middle)) good = middle
    else bad = middle
  }
  return good
}
