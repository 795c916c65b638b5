/** Reads wanted files out of a .tar.gz, as a stream. Nothing is written to disk, so no entry can reach outside. */
import { createReadStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { LensletError } from '../../core/errors.ts'
import { ArchiveError } from '../errors.ts'

/** Of all entries together: ten times the largest archive that is read here. */
const unpackedLimit = 2 ** 31

export interface ArchiveReader {
  /** Most bytes that the entry may have; undefined: not wanted. `path` as it stands in the archive. */
  limit(path: string): number | undefined
  /** A wanted entry, in the order of the archive. */
  take(path: string, bytes: Uint8Array): Promise<void> | void
  readonly onRead?: ((packedBytes: number) => void) | undefined
}

/**
 * @throws {ArchiveError} damaged, too large, or an entry whose path leaves the archive
 */
export async function readTarGz(file: string, reader: ArchiveReader): Promise<void> {
  const entries = extract()
  const packed = createReadStream(file, { highWaterMark: 1 << 18 })
  packed.on('data', () => reader.onRead?.(packed.bytesRead))
  const feeding = pipeline(packed, createGunzip(), bounded(file), entries)
  // The loop below sees the same failure; this only keeps it from being reported as unhandled.
  feeding.catch(() => {})
  try {
    for await (const entry of entries) {
      const { name, size = 0, type } = entry.header
      checkPath(file, name)
      const limit = type === 'file' ? reader.limit(name) : undefined
      if (limit === undefined) {
        entry.resume()
        continue
      }
      if (size > limit)
        throw new ArchiveError(`${file}: the entry ${name} is too large`, {
          received: `${size} bytes`,
          expected: `at most ${limit} bytes`,
        })
      const bytes = new Uint8Array(size)
      let at = 0
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        bytes.set(chunk, at)
        at += chunk.length
      }
      await reader.take(name, bytes)
    }
    await feeding
  } catch (cause) {
    if (cause instanceof LensletError) throw cause
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new ArchiveError(`cannot read ${file}`, { received: 'no such file', expected: 'a .tar.gz file', cause })
    throw new ArchiveError(`${file} cannot be unpacked`, {
      received: cause instanceof Error ? cause.message : String(cause),
      expected: 'a whole .tar.gz file',
      advice: 'copy or download the file again',
      cause,
    })
  }
}

function checkPath(file: string, path: string): void {
  const parts = path.split(/[\\/]/)
  if (parts[0] === '' || /^[a-z]:/i.test(path) || parts.includes('..'))
    throw new ArchiveError(`${file} names a path outside its own folder`, {
      received: JSON.stringify(path),
      expected: 'relative paths without ".."',
      advice: 'do not trust this file',
    })
}

/** Passes bytes on until there are too many: a small file can unpack to any size. */
function bounded(file: string): Transform {
  let total = 0
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      total += chunk.length
      if (total <= unpackedLimit) done(null, chunk)
      else
        done(
          new ArchiveError(`${file} unpacks to more than it may`, {
            received: `more than ${unpackedLimit} bytes`,
            expected: `at most ${unpackedLimit} bytes`,
          }),
        )
    },
  })
}
