/** Reads wanted files out of a .tar.gz, as a stream. Nothing is written to disk, so no entry can reach outside. */
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { LensletError } from '../../core/errors.ts'
import { printable } from '../../core/text.ts'
import { openRegularFile } from '../../platform/regularFile.ts'
import { ArchiveError } from '../errors.ts'
import { whyUnreadable } from './folder.ts'
import { readTar, TarFault } from './tar.ts'

/** Of all entries together, 1 GiB: five times the largest archive that is read here. It bounds the time, not the memory. */
const unpackedLimit = 2 ** 30

export interface ArchiveReader {
  /** Most bytes that the entry may have; undefined: not wanted. `path` as it stands in the archive. */
  limit(path: string): number | undefined
  /** A wanted entry, in the order of the archive. */
  take(path: string, bytes: Uint8Array): Promise<void> | void
  readonly onRead?: ((packedBytes: number) => void) | undefined
}

/**
 * Only the entry that is being taken is in memory.
 *
 * @throws {ArchiveError} damaged, too large, or an entry whose path leaves the archive; no regular file
 */
export async function readTarGz(file: string, reader: ArchiveReader): Promise<void> {
  const name = printable(file)
  const { handle } = await openRegularFile(file).catch((cause: unknown) => {
    const { received, advice } = whyUnreadable(file, cause)
    throw new ArchiveError(`cannot read ${name}`, { received, expected: 'a .tar.gz file', advice, cause })
  })
  const packed = handle.createReadStream({ highWaterMark: 1 << 18 })
  const limit = (path: string) => {
    checkPath(name, path)
    return reader.limit(path)
  }
  try {
    // A pipeline ends with the first of its parts that ends or fails, and then ends the others.
    await pipeline(packed, createGunzip({ chunkSize: 1 << 18 }), (chunks: AsyncIterable<Uint8Array>) =>
      readTar(
        bounded(name, chunks, () => reader.onRead?.(packed.bytesRead)),
        { limit, take: (path, bytes) => reader.take(path, bytes) },
      ),
    )
  } catch (cause) {
    if (cause instanceof LensletError) throw cause
    throw new ArchiveError(`${name} cannot be unpacked`, {
      received: printable(cause instanceof Error ? cause.message : String(cause)),
      expected: cause instanceof TarFault ? cause.expected : 'a whole .tar.gz file',
      advice: 'copy or download the file again',
      cause,
    })
  }
}

function checkPath(file: string, path: string): void {
  const parts = path.split(/[\\/]/)
  if (parts[0] === '' || /^[a-z]:/i.test(path) || parts.includes('..'))
    throw new ArchiveError(`${file} names a path outside its own folder`, {
      received: printable(JSON.stringify(path)),
      expected: 'relative paths without ".."',
      advice: 'do not trust this file',
    })
}

/** Passes bytes on until there are too many: a small file can unpack to any size. */
async function* bounded(file: string, chunks: AsyncIterable<Uint8Array>, onChunk: () => void) {
  let total = 0
  for await (const chunk of chunks) {
    total += chunk.length
    if (total > unpackedLimit)
      throw new ArchiveError(`${file} unpacks to more than it may`, {
        received: `more than ${unpackedLimit} bytes`,
        expected: `at most ${unpackedLimit} bytes`,
      })
    onChunk()
    yield chunk
  }
}
