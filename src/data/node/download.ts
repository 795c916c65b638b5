/**
 * A download that can be killed at any moment: bytes collect in `FILE.part`, the next try asks for the rest, and only
 * verified contents get the final name.
 */
import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openRegularFile } from '../../platform/regularFile.ts'
import { systemCode } from '../../platform/systemErrors.ts'
import { ChecksumError, FetchError } from '../errors.ts'
import { makeFolder, sizeOnDisk } from './files.ts'

export interface FetchProgress {
  readonly stage: 'download' | 'verify' | 'unpack'
  /** Bytes so far, with those of earlier tries. */
  readonly received: number
  /** Bytes in all. */
  readonly total: number
}

/** What of a `Response` is used: a type of our own, as declarations must do without those of a page. */
interface HttpAnswer {
  readonly ok: boolean
  readonly status: number
  readonly statusText: string
  readonly headers: { get(name: string): string | null }
  readonly body: AsyncIterable<Uint8Array> | null
}

export interface DownloadOptions {
  /** `sha512-…` as npm writes it, or `sha256-…`: base64. `git-…`: the SHA-1 of a git blob with these contents. */
  readonly integrity: string
  /** Exact length. */
  readonly bytes: number
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Tries after a broken connection; default: 4. */
  readonly tries?: number
  /** Asks for the file in another way than by its address: with credentials, following redirects by itself. */
  readonly request?:
    | ((headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<HttpAnswer>)
    | undefined
  /** First pause between tries, doubled each time; default: 500 ms. */
  readonly pauseMs?: number
  /** Time without data after which a connection is given up; default: 30 s. */
  readonly silenceMs?: number
}

/**
 * Fetches `address` into `file`, going on from what an earlier try left.
 *
 * @throws {FetchError} no connection, or an answer that is no file; what has arrived stays for the next try
 * @throws {ChecksumError} other contents than published; nothing stays
 */
export async function download(address: string, file: string, options: DownloadOptions): Promise<void> {
  const part = `${file}.part`
  await makeFolder(dirname(file))
  const resumed = ((await sizeOnDisk(part)) ?? 0) > 0
  await receiveWithRetries(address, part, options)
  try {
    await verify(part, options)
  } catch (error) {
    await rm(part, { force: true })
    // What an earlier try left may have been damaged; a clean start decides.
    if (!resumed || !(error instanceof ChecksumError)) throw error
    await receiveWithRetries(address, part, options)
    await verify(part, options)
  }
  await rename(part, file)
}

/** @throws {ChecksumError} */
export async function verify(file: string, { integrity, bytes, onProgress }: DownloadOptions): Promise<void> {
  const algorithm = integrity.slice(0, integrity.indexOf('-'))
  const hash = createHash(algorithm === 'git' ? 'sha1' : algorithm)
  if (algorithm === 'git') hash.update(`blob ${bytes}\0`)
  let received = 0
  const { handle } = await openRegularFile(file)
  // `end` is inclusive: of a file that is longer than published, one byte more is read, which is enough to refuse it.
  for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 20, end: bytes })) {
    hash.update(chunk as Uint8Array)
    received += (chunk as Uint8Array).length
    onProgress?.({ stage: 'verify', received, total: bytes })
  }
  const digest = `${algorithm}-${hash.digest('base64')}`
  if (digest !== integrity)
    throw new ChecksumError(file, `${received} bytes, ${digest}`, `${bytes} bytes, ${integrity}`)
}

async function receiveWithRetries(address: string, part: string, options: DownloadOptions): Promise<void> {
  const { tries = 4, pauseMs = 500, signal } = options
  for (let attempt = 1; ; attempt++)
    try {
      return await receive(address, part, options)
    } catch (cause) {
      signal?.throwIfAborted()
      // Another try does not mend the disk. Errors of the network come inside a TypeError.
      if (cause instanceof FetchError || systemCode(cause) !== undefined) throw cause
      if (attempt >= tries) {
        const kept = (await sizeOnDisk(part)) ?? 0
        throw new FetchError('the download broke off', {
          received: `${kept} of ${options.bytes} bytes; ${reason(cause)}`,
          expected: 'a connection that lasts',
          advice: `run it again: the download continues from byte ${kept}`,
          cause,
        })
      }
      const pause = cause instanceof LaterError ? cause.afterMs : undefined
      await wait(pause ?? pauseMs * 2 ** (attempt - 1), undefined, { signal })
    }
}

async function receive(address: string, part: string, options: DownloadOptions): Promise<void> {
  const { bytes, onProgress, signal, silenceMs = 30_000 } = options
  let received = (await sizeOnDisk(part)) ?? 0
  if (received > bytes) received = 0
  if (received === bytes) return
  const silence = new AbortController()
  const alarm = setTimeout(() => silence.abort(new Error(`no data arrived for ${silenceMs} ms`)), silenceMs)
  try {
    const ask = options.request ?? ((headers, ends) => fetch(address, { headers, signal: ends }))
    const headers = { 'accept-encoding': 'identity', ...(received > 0 && { range: `bytes=${received}-` }) }
    const response = await ask(headers, signal ? AbortSignal.any([signal, silence.signal]) : silence.signal)
    if (!response.ok || response.body === null) refuse(response)
    const goesOn = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${received}-`)
    if (!goesOn) received = 0
    const file = await open(part, goesOn ? 'a' : 'w')
    try {
      for await (const chunk of response.body) {
        alarm.refresh()
        received += chunk.length
        if (received > bytes) break
        await file.appendFile(chunk)
        onProgress?.({ stage: 'download', received, total: bytes })
      }
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    clearTimeout(alarm)
  }
  if (received > bytes) {
    await rm(part, { force: true })
    throw new FetchError('the download is longer than the published file', {
      received: `more than ${bytes} bytes`,
      expected: `${bytes} bytes`,
    })
  }
  if (received < bytes) throw new Error(`the connection ended after ${received} bytes`)
}

/** Answers of the 5xx kind and 408, 416, 429 may pass, so they count as a broken connection; others are final. */
function refuse(response: HttpAnswer): never {
  const answer = `${response.status} ${response.statusText}`.trim()
  if (response.status >= 500 || [408, 416, 429].includes(response.status))
    throw new LaterError(`the server answered ${answer}`, retryAfterMs(response))
  throw new FetchError('the server does not give the file', { received: answer, expected: '200 or 206' })
}

/** An answer that may be another one later. */
class LaterError extends Error {
  /** What the server asks to wait. */
  readonly afterMs: number | undefined

  constructor(message: string, afterMs: number | undefined) {
    super(message)
    this.afterMs = afterMs
  }
}

/** Nobody waits longer in front of a terminal. */
const longestWaitMs = 60_000

/** Of the header `retry-after`, which has seconds or a date; at most a minute. */
export function retryAfterMs({ headers }: Pick<HttpAnswer, 'headers'>): number | undefined {
  const text = headers.get('retry-after') ?? ''
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestWaitMs)
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message
}
