/**
 * Reads tar archives with tar-stream, and checks what tar-stream does not. The bytes come from outside: every archive must
 * end, with its entries or with an error, and every length is checked before memory is taken for it.
 */
import { pipeline } from 'node:stream/promises'
import { type ExtractEvents, extract } from 'tar-stream'

type Entry = ExtractEvents['entry'][1]

/** What the archive's reader wants; see archive.ts. */
export interface TarReader {
  /** Most bytes that the entry may have; undefined: not wanted. Asked for entries of all kinds, also for links and folders. */
  limit(path: string): number | undefined
  take(path: string, bytes: Uint8Array): Promise<void> | void
}

/** Why an archive is refused; archive.ts adds the file's name. */
export class TarFault extends Error {
  readonly expected: string

  constructor(received: string, expected: string) {
    super(received)
    this.expected = expected
  }
}

/** Far more than any archive that is read here; each entry costs time. */
const mostEntries = 100_000
/** As many as a path may have in Linux. */
const longestPath = 4096

/** @throws {TarFault}, and whatever tar-stream, `chunks` and `reader` throw */
export async function readTar(chunks: AsyncIterable<Uint8Array>, reader: TarReader): Promise<void> {
  const entries = extract()
  const feeding = pipeline(chunks, entries)
  // The loop sees the same failure; this only keeps it from being reported as unhandled.
  feeding.catch(() => {})
  const taken = new Set<string>()
  let count = 0
  for await (const entry of entries) {
    if (++count > mostEntries) throw new TarFault(`more than ${mostEntries} entries`, `at most ${mostEntries} entries`)
    const { name } = entry.header
    if (name.length > longestPath)
      throw new TarFault(`a path of ${name.length} characters`, `a path of at most ${longestPath} characters`)
    const size = sizeOf(entry)
    const limit = reader.limit(name)
    if (limit === undefined || !isFile(entry)) {
      entry.resume()
      continue
    }
    if (taken.has(name)) throw new TarFault(`the entry ${name} twice`, 'each file once')
    if (size > limit) throw new TarFault(`the entry ${name} of ${size} bytes`, `an entry of at most ${limit} bytes`)
    taken.add(name)
    await reader.take(name, await contentsOf(entry, size))
  }
  await feeding
}

/**
 * tar-stream gives `null` for a size that it cannot read, and then never ends the entry. Of a pax size, it reads only the
 * digits at the start.
 */
function sizeOf({ header }: Entry): number {
  const size: unknown = header.size
  const text = paxOf(header).size
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || (text !== undefined && !/^\d+$/.test(text)))
    throw new TarFault(
      `the size ${text === undefined ? size : JSON.stringify(text.slice(0, 40))} of the entry ${header.name}`,
      `a whole number of at most ${Number.MAX_SAFE_INTEGER} bytes`,
    )
  return size
}

/** Asked only for wanted entries. Old archives mark a folder by the end of its name only. */
function isFile({ header }: Entry): boolean {
  // Contrary to its type, null: what only the archive's writer knows. GNU's sparse files are among these.
  const type: string | null = header.type
  if (type === null || Object.keys(paxOf(header)).some((key) => key.startsWith('GNU.sparse.')))
    throw new TarFault(`the entry ${header.name}, which is sparse or of an unknown kind`, 'files stored completely')
  return (type === 'file' || type === 'contiguous-file') && !header.name.endsWith('/')
}

/** The records of the entry's extended header (POSIX.1-2001). */
function paxOf({ pax }: Entry['header']): Readonly<Record<string, string>> {
  return (pax ?? {}) as Record<string, string>
}

/** Memory is taken for `size` bytes, which the caller has checked. */
async function contentsOf(entry: Entry, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let filled = 0
  for await (const chunk of entry as AsyncIterable<Uint8Array>) {
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  if (filled < size) throw new TarFault(`an end after ${filled} bytes of ${entry.header.name}`, `${size} bytes`)
  return bytes
}
