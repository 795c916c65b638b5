/** All data sets of the cache, read completely: what `lenslet doctor` says of them. */
import { type CachedState, verifySet } from './cachedSet.ts'
import { cifar10Set } from './cifar10.ts'
import { mnistSet } from './mnist.ts'

/**
 * Hashes every file of the data sets that were fetched. What is damaged is fetched again when it is used next.
 *
 * @param cache `cacheFolder()` where it is not given
 */
export async function verifyCache(cache?: string): Promise<readonly CachedState[]> {
  const states: CachedState[] = []
  for (const set of [mnistSet, cifar10Set]) states.push(await verifySet(set, cache))
  return states
}
