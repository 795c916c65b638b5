/** Reads all data sets of the cache completely, for `lenslet doctor`. */
import { type CachedState, verifySet } from './cachedSet.ts'
import { cifar10Set } from './cifar10.ts'
import { mnistSet } from './mnist.ts'

/**
 * Hashes all files of the downloaded data sets. Damaged files are downloaded again on next use.
 *
 * @param cache default: `cacheFolder()`
 */
export async function verifyCache(cache?: string): Promise<readonly CachedState[]> {
  const states: CachedState[] = []
  for (const set of [mnistSet, cifar10Set]) states.push(await verifySet(set, cache))
  return states
}
