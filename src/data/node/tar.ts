/**
 * Reads tar archives (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU long names) block by block. Strict, because the bytes come
 * from outside: a number that is none, a checksum that is wrong or an end that comes too early is an error, so every archive
 * ends. Every length is checked before memory is taken for it.
 */

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

const block = 512
/** Headers of more bytes than this hold no name. */
const longestHeader = 2 ** 20
/** Far more than any archive that is read here; each entry costs time. */
const mostEntries = 100_000

/** @throws {TarFault} and whatever `chunks` and `reader` throw */
export async function readTar(chunks: AsyncIterable<Uint8Array>, reader: TarReader): Promise<void> {
  const source = new ByteSource(chunks)
  const taken = new Set<string>()
  let next: Readonly<Record<string, string>> = {}
  for (let count = 0; ; count++) {
    const bytes = await source.exactly(block, 'at the end of an entry')
    if (bytes === undefined || bytes.every((byte) => byte === 0)) break
    if (count === mostEntries) throw new TarFault(`more than ${mostEntries} entries`, `at most ${mostEntries} entries`)
    const header = parseHeader(bytes)
    if (header.type === 'x' || header.type === 'g' || header.type === 'L' || header.type === 'K') {
      const records = await extended(source, header)
      if (header.type !== 'g') next = { ...next, ...records }
      continue
    }
    const path = next.path ?? header.path
    const size = next.size === undefined ? header.size : decimal(next.size)
    const isSparse = header.type === 'S' || Object.keys(next).some((key) => key.startsWith('GNU.sparse.'))
    next = {}
    if (header.type === 'S') for (let map = bytes, at = 482; map[at] === 1; at = 504) map = await source.some(block)
    const isFile = header.type === '0' && !path.endsWith('/')
    const limit = reader.limit(path)
    const stored = dataless.has(header.type) ? 0 : size
    if (limit === undefined || !(isFile || isSparse)) {
      await source.skip(padded(stored))
      continue
    }
    if (isSparse) throw new TarFault(`the sparse file ${path}`, 'files that are stored completely')
    if (taken.has(path)) throw new TarFault(`the entry ${path} twice`, 'each file once')
    if (size > limit) throw new TarFault(`the entry ${path} of ${size} bytes`, `an entry of at most ${limit} bytes`)
    taken.add(path)
    const contents = await source.some(size)
    await source.skip(padded(size) - size)
    await reader.take(path, contents)
  }
  // What follows is padding. It is read so that a damaged end of the packed file is seen.
  await source.drain()
}

/** Links, devices, folders and pipes have no data, whatever size stands there. */
const dataless = new Set(['1', '2', '3', '4', '5', '6'])

interface Header {
  readonly path: string
  readonly size: number
  /** The type flag; the two older flags of files are `0`, too. */
  readonly type: string
}

function parseHeader(bytes: Uint8Array): Header {
  const text = (from: number, length: number) => {
    const field = bytes.subarray(from, from + length)
    const end = field.indexOf(0)
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
  }
  if (text(257, 5) !== 'ustar') throw new TarFault('an entry without the mark "ustar"', 'a tar archive')
  const wanted = octal(bytes, 148, 8, 'checksum')
  // The checksum's own field counts as spaces.
  const sum = bytes.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  if (sum !== wanted) throw new TarFault(`an entry whose checksum is ${sum}`, `${wanted}, as its header says`)
  const flag = bytes[156] as number
  const name = text(0, 100)
  // GNU keeps other things where POSIX has the prefix.
  const prefix = bytes[262] === 0 ? text(345, 155) : ''
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    size: octal(bytes, 124, 12, 'size'),
    type: flag === 0 || flag === 0x37 ? '0' : String.fromCharCode(flag),
  }
}

/** Octal digits between spaces, ended by a space or zero; or, of GNU, 0x80 and the number in base 256. */
function octal(bytes: Uint8Array, from: number, length: number, what: string): number {
  const field = bytes.subarray(from, from + length)
  let value = 0
  if (((field[0] as number) & 0x80) !== 0) {
    if (field[0] !== 0x80) throw badNumber(field, what)
    for (const byte of field.subarray(1)) value = value * 256 + byte
  } else {
    const digits = /^ *([0-7]*)[ \0]*$/.exec(String.fromCharCode(...field))?.[1]
    if (digits === undefined) throw badNumber(field, what)
    value = digits === '' ? 0 : Number.parseInt(digits, 8)
  }
  if (!Number.isSafeInteger(value)) throw badNumber(field, what)
  return value
}

function badNumber(field: Uint8Array, what: string): TarFault {
  const hex = Array.from(field, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return new TarFault(`a ${what} of the bytes ${hex}`, `a ${what} in octal digits, or in base 256 after 80`)
}

function decimal(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value))
    throw new TarFault(`the size ${JSON.stringify(text.slice(0, 40))}`, 'decimal digits')
  return value
}

/** What an extended header says of the next entry: pax records, or a GNU long name as the record `path`. */
async function extended(source: ByteSource, { type, size }: Header): Promise<Record<string, string>> {
  if (size > longestHeader)
    throw new TarFault(`an extended header of ${size} bytes`, `an extended header of at most ${longestHeader} bytes`)
  const bytes = await source.some(size)
  await source.skip(padded(size) - size)
  if (type === 'L') return { path: new TextDecoder().decode(bytes).replace(/\0.*$/s, '') }
  return type === 'K' ? {} : paxRecords(bytes)
}

/** `30 path=package/data_batch_1.png\n`: the length counts all of the record, itself included. */
function paxRecords(bytes: Uint8Array): Record<string, string> {
  const fault = () => new TarFault('a damaged extended header', 'records "length name=value"')
  const records: Record<string, string> = Object.create(null)
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const digits = space < 0 ? '' : String.fromCharCode(...bytes.subarray(at, Math.min(space, at + 9)))
    const end = at + Number(digits)
    if (!/^[1-9]\d*$/.test(digits) || end <= space + 1 || end > bytes.length || bytes[end - 1] !== 0x0a) throw fault()
    const [name, value] = splitOnce(new TextDecoder().decode(bytes.subarray(space + 1, end - 1)))
    if (name === '') throw fault()
    records[name] = value
    at = end
  }
  return records
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)]
}

function padded(size: number): number {
  return Math.ceil(size / block) * block
}

/** Bytes out of chunks of any size, none of them kept longer than needed. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>
  #chunk = new Uint8Array()
  #at = 0
  #total = 0

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** So many bytes; undefined where the source ends before the first. */
  async exactly(count: number, where = 'in an entry'): Promise<Uint8Array | undefined> {
    const out = new Uint8Array(count)
    let filled = 0
    while (filled < count) {
      const part = await this.#part(count - filled)
      if (part === undefined) {
        if (filled === 0) return undefined
        throw this.#cut(count - filled, where)
      }
      out.set(part, filled)
      filled += part.length
    }
    return out
  }

  /** As `exactly`, where the archive has said that there are so many. */
  async some(count: number): Promise<Uint8Array> {
    const bytes = await this.exactly(count)
    if (bytes === undefined) throw this.#cut(count, 'in an entry')
    return bytes
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const part = await this.#part(left)
      if (part === undefined) throw this.#cut(left, 'in an entry')
      left -= part.length
    }
  }

  async drain(): Promise<void> {
    while ((await this.#part(Number.POSITIVE_INFINITY)) !== undefined);
  }

  async #part(most: number): Promise<Uint8Array | undefined> {
    while (this.#at === this.#chunk.length) {
      const step = await this.#chunks.next()
      if (step.done === true) return undefined
      this.#chunk = step.value as Uint8Array<ArrayBuffer>
      this.#at = 0
    }
    const part = this.#chunk.subarray(this.#at, this.#at + most)
    this.#at += part.length
    this.#total += part.length
    return part
  }

  #cut(missing: number, where: string): TarFault {
    return new TarFault(
      `an end after ${this.#total} unpacked bytes, ${missing} bytes too early, ${where}`,
      'a whole archive',
    )
  }
}
