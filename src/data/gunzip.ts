/** Unpacks gzip in Node and in browsers by the platform's own stream, with a bound, so that a small file cannot fill the memory. */
import { ArchiveError } from './errors.ts'

/** Gzip's first two bytes (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * @param limit most bytes that may come out
 * @throws {ArchiveError} damaged, cut short, or larger than the limit
 */
export async function gunzip(bytes: Uint8Array, limit: number, file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let total = 0
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      total += step.value.length
      if (total > limit) break
      chunks.push(step.value)
    }
  } catch (cause) {
    throw new ArchiveError(`${file} cannot be unpacked`, {
      received: `${bytes.length} bytes that break off or are damaged after ${total} unpacked bytes`,
      expected: 'a whole gzip file',
      advice: 'copy or download the file again',
      cause,
    })
  }
  if (total > limit) {
    await reader.cancel()
    throw new ArchiveError(`${file} unpacks to more than it may`, {
      received: `more than ${limit} bytes`,
      expected: `at most ${limit} bytes`,
    })
  }
  const all = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
