/** Unpacks gzip in Node and in browsers by the platform's own stream, with a bound, so that a small file cannot fill the memory. */
import { ArchiveError } from './errors.ts'

/** Gzip's first two bytes (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * The first unpacked bytes; fewer where there are not so many.
 *
 * @throws {ArchiveError} damaged or cut short before
 */
export async function gunzipStart(bytes: Uint8Array, count: number, file: string): Promise<Uint8Array> {
  const start = new Uint8Array(count)
  let filled = 0
  for await (const chunk of unpacked(bytes, file)) {
    start.set(chunk.subarray(0, count - filled), filled)
    filled = Math.min(count, filled + chunk.length)
    if (filled === count) break
  }
  return start.subarray(0, filled)
}

/**
 * @param size of what comes out; memory is taken once, and no more than that
 * @throws {ArchiveError} damaged, cut short, or of another size
 */
export async function gunzip(bytes: Uint8Array, size: number, file: string): Promise<Uint8Array> {
  const all = new Uint8Array(size)
  let filled = 0
  for await (const chunk of unpacked(bytes, file)) {
    if (filled + chunk.length > size) throw otherSize(file, `more than ${size} bytes`, size)
    all.set(chunk, filled)
    filled += chunk.length
  }
  if (filled < size) throw otherSize(file, `${filled} bytes`, size)
  return all
}

function otherSize(file: string, received: string, size: number): ArchiveError {
  return new ArchiveError(`${file} unpacks to another size than it may`, {
    received,
    expected: `${size} bytes`,
    advice: 'copy or download the file again',
  })
}

/** The unpacked bytes in chunks; who leaves early ends the stream. Node and browsers refuse what follows the end of a member. */
async function* unpacked(bytes: Uint8Array, file: string): AsyncGenerator<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader()
  let total = 0
  const next = () =>
    reader.read().catch((cause: unknown) => {
      throw new ArchiveError(`${file} cannot be unpacked`, {
        received: `${bytes.length} bytes that break off, are damaged or go on after ${total} unpacked bytes`,
        expected: 'a whole gzip file',
        advice: 'copy or download the file again',
        cause,
      })
    })
  try {
    for (let step = await next(); !step.done; step = await next()) {
      total += step.value.length
      yield step.value
    }
  } finally {
    // Of a stream that has failed, this fails, too.
    await reader.cancel().catch(() => {})
  }
}
