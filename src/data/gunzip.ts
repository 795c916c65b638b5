/** Unpacks gzip in Node and in browsers by the platform's own stream, with a bound, so that a small file cannot fill the memory. */
import { ArchiveError } from './errors.ts'

/** Gzip's first two bytes (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * The first unpacked bytes; fewer if the file holds fewer.
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
 * @param size bytes that must come out; exactly these are allocated
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
  return new ArchiveError(`${file} does not unpack to the expected size`, {
    received,
    expected: `${size} bytes`,
    advice: 'copy or download the file again',
  })
}

/** The unpacked bytes in chunks; a caller that stops early ends the stream. Node and browsers refuse what follows the end of a member. */
async function* unpacked(bytes: Uint8Array, file: string): AsyncGenerator<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader()
  let total = 0
  const next = () =>
    reader.read().catch((cause: unknown) => {
      throw new ArchiveError(`${file} cannot be unpacked`, {
        received: `${bytes.length} bytes: cut short, damaged, or followed by other data, after ${total} unpacked bytes`,
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
    // If the stream has failed, this fails as well.
    await reader.cancel().catch(() => {})
  }
}
