/**
 * A file of the hub: from the cache, or fetched into it, resumed after a broken connection and verified by the checksum that
 * the hub names.
 */

import { printable } from '../../core/text.ts'
import { ChecksumError, FetchError } from '../../data/errors.ts'
import { download, type FetchProgress } from '../../data/node/download.ts'
import { withLock } from '../../data/node/lock.ts'
import { HubCache } from './cache.ts'
import { HubError } from './errors.ts'
import { type Asking, addressOf, askContents, askFacts, type HubFacts } from './request.ts'
import { type HubSpec, printSpec } from './spec.ts'

export interface HubFetch extends Asking {
  readonly onProgress?: ((file: string, progress: FetchProgress) => void) | undefined
  readonly onNotice?: ((message: string) => void) | undefined
}

type HubFile = HubSpec & { readonly file: string }

/**
 * The path of the file in the cache; undefined where the repository has no such file.
 * @throws {HubError} the hub refuses, or cannot be reached and the file is not in the cache
 */
export async function fetchHubFile(file: HubFile, fetching: HubFetch): Promise<string | undefined> {
  const { settings } = fetching
  const cache = new HubCache(settings.cache, file)
  const isCommit = /^[0-9a-f]{40}$/.test(file.revision)
  const here = await cache.find(file.revision, file.file)
  // What a commit holds never changes.
  if (here !== undefined && (isCommit || settings.offline)) return here
  if (settings.offline) throw absent(file, fetching, cache, 'HF_HUB_OFFLINE is set')
  let facts: HubFacts | undefined
  try {
    facts = await askFacts(file, fetching)
  } catch (error) {
    fetching.signal?.throwIfAborted()
    if (error instanceof HubError) throw error
    if (here === undefined) throw absent(file, fetching, cache, `no connection (${reason(error)})`, error)
    fetching.onNotice?.(`${printSpec(file)}: the hub cannot be reached; the file in the cache is used`)
    return here
  }
  return facts && fetchByFacts(file, facts, cache, fetching)
}

async function fetchByFacts(file: HubFile, facts: HubFacts, cache: HubCache, fetching: HubFetch): Promise<string> {
  const { settings, signal, onProgress, onNotice, pauseMs } = fetching
  const { etag, bytes, commit } = facts
  const integrity = integrityOf(etag)
  const blob = cache.blob(etag)
  if (!(await cache.isHere(etag))) {
    const fetchIt = async () => {
      if (await cache.isHere(etag)) return
      try {
        await download(addressOf(settings, file), blob, {
          integrity,
          bytes,
          signal,
          ...(pauseMs !== undefined && { pauseMs }),
          onProgress: (progress) => onProgress?.(file.file, progress),
          request: (headers, ends) => askContents(file, fetching, headers, ends),
        })
      } catch (error) {
        if (!(error instanceof FetchError || error instanceof ChecksumError)) throw error
        throw brokenOff(file, error)
      }
    }
    await withLock(`${blob}.lock`, fetchIt, { signal, onNotice })
  }
  return cache.keep(file.revision, commit, file.file, etag)
}

/** Large files have the SHA-256 of their contents for a tag, small ones the SHA-1 of git's blob. */
function integrityOf(etag: string): string {
  const base64 = Buffer.from(etag, 'hex').toString('base64')
  if (/^[0-9a-f]{64}$/.test(etag)) return `sha256-${base64}`
  if (/^[0-9a-f]{40}$/.test(etag)) return `git-${base64}`
  throw new HubError('the hub names no checksum that is known', {
    received: `the etag ${printable(etag)}`,
    expected: 'a SHA-256, or the SHA-1 of a git blob',
    advice: 'check HF_ENDPOINT',
  })
}

function brokenOff(file: HubFile, error: FetchError | ChecksumError): HubError {
  const { received = '', expected = '', advice = 'run it again' } = error
  if (error instanceof ChecksumError) {
    const message = `${printSpec(file)}: the contents that arrived are not those of the hub's checksum`
    return new HubError(message, { received, expected, advice: 'run it again', cause: error })
  }
  return new HubError(`${printSpec(file)}: ${error.message.split('\n')[0]}`, {
    received,
    expected,
    advice,
    cause: error,
  })
}

/** Says what was asked for, and how to do without a connection. */
function absent(file: HubFile, { settings }: HubFetch, cache: HubCache, why: string, cause?: unknown): HubError {
  return new HubError(`${printSpec(file)} is not in the cache, and cannot be fetched`, {
    received: printable(why),
    expected: `${printable(file.file)} of ${file.owner}/${file.name}, revision ${file.revision}`,
    advice:
      `fetch ${printable(addressOf(settings, file))} where there is a connection, and place it as ` +
      printable(cache.file(file.revision, file.file)),
    cause,
  })
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return code
}
