/**
 * Reads ZIP archives (PKWARE APPNOTE 6.3.10), as PyTorch, Keras and NumPy write them. The archive may be hostile: its
 * directory is checked against the length of the file, entries must not overlap, nothing is unpacked before it is asked
 * for, and only to the length that the directory says, which its compressed bytes must be able to hold.
 */

import { Inflate, inflateSync } from 'fflate'
import { asBytes, type Bytes } from '../core/bytes.ts'
import { printable } from '../core/text.ts'
import { crc32 } from './crc32.ts'
import { ForeignFileError } from './errors.ts'
import { mostValues } from './mostValues.ts'

export interface ZipEntry {
  readonly name: string
  /** Unpacked, in bytes. */
  readonly size: number
  /**
   * The contents, checked against their checksum: a view of the archive where they are stored, and a new array at each call
   * where they are compressed.
   * @throws {ForeignFileError} they are damaged
   */
  bytes(): Uint8Array
  /** As `bytes`, but what is stored stays in the file. Throws as it does. */
  range(): Bytes
  /**
   * The first bytes, up to this many, without unpacking the rest; the checksum, which is that of all, is not looked at.
   * @throws {ForeignFileError} they are damaged
   */
  head(length: number): Uint8Array
}

const endSize = 22
const end64Size = 56
const locatorSize = 20
const directorySize = 46
const localSize = 30

/** Deflate makes at most 258 bytes of two bits (RFC 1951). */
const largestRatio = 1032

const mostEntries = 200_000

interface Place {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Of its local header. */
  readonly offset: number
}

/**
 * The entries of an archive by name, without folders.
 *
 * @param name of the file, for messages
 * @throws {ForeignFileError} the archive is damaged, cut short, encrypted, or compressed by a method other than deflate
 */
export function readZip(bytes: Uint8Array | Bytes, name: string): ReadonlyMap<string, ZipEntry> {
  const file = asBytes(bytes)
  const archive = { file, name: printable(name) }
  const places = readDirectory(archive)
  const starts = new Map<Place, number>()
  let last = 0
  for (const place of [...places].sort((a, b) => a.offset - b.offset)) {
    const start = startOf(archive, place)
    if (place.offset < last)
      throw damaged(archive.name, `${printable(place.name)} overlaps another entry`, 'entries side by side')
    last = start + place.packed
    starts.set(place, start)
  }
  const unpackedBytes = places.reduce((sum, { size }) => sum + size, 0)
  if (unpackedBytes > mostValues(file.length)) {
    throw new ForeignFileError(`${archive.name}: the ZIP archive is far larger than its file`, {
      received: `${unpackedBytes} bytes in an archive of ${file.length}`,
      expected: `at most ${mostValues(file.length)}`,
      advice: 'if you trust it, unpack it and pack it again without compression',
    })
  }
  const entries = new Map<string, ZipEntry>()
  for (const place of places) {
    if (place.name.endsWith('/') && place.size === 0) continue
    if (entries.has(place.name)) throw damaged(archive.name, `two entries ${printable(place.name)}`, 'unique names')
    const packed = file.slice(starts.get(place), (starts.get(place) as number) + place.packed)
    entries.set(place.name, {
      name: place.name,
      size: place.size,
      bytes: () => unpacked(archive.name, place, packed).read(),
      range: () => unpacked(archive.name, place, packed),
      head: (length) => headOf(archive.name, place, packed, Math.min(length, place.size)),
    })
  }
  return entries
}

interface Archive {
  readonly file: Bytes
  readonly name: string
}

/** A part of the file; ends are clamped. */
function viewOf(file: Bytes, from: number, to: number): DataView {
  const { buffer, byteOffset, byteLength } = file.read(from, to)
  return new DataView(buffer, byteOffset, byteLength)
}

function readDirectory({ file, name }: Archive): readonly Place[] {
  const end = findEnd(file)
  if (end === undefined) {
    throw new ForeignFileError(`${name}: the ZIP archive is cut short`, {
      received: `${file.length} bytes without the directory that ends an archive`,
      expected: 'a whole archive',
      advice: 'fetch the file again',
    })
  }
  const { count, size, offset } = readEnd(file, end, name)
  if (offset + size > end || count * directorySize > size || count > mostEntries)
    throw damaged(name, `a directory of ${count} entries, ${size} bytes from ${offset}`, `${end} bytes before its end`)
  const places: Place[] = []
  const directory = file.read(offset, offset + size)
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength)
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + directorySize > size || view.getUint32(at, true) !== 0x02014b50)
      throw damaged(name, `no entry ${index} of the directory at byte ${offset + at}`, `${count} entries`)
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number]
    const next = at + directorySize + lengths[0] + lengths[1] + lengths[2]
    if (next > size) throw damaged(name, `entry ${index} of the directory ends behind it`, `${size} bytes`)
    places.push(readPlace({ directory, view, name }, at, lengths))
    at = next
  }
  return places
}

/** The record at the end, in front of a comment of up to 65,535 bytes. */
function findEnd(file: Bytes): number | undefined {
  const start = Math.max(0, file.length - endSize - 0xffff)
  const view = viewOf(file, start, file.length)
  for (let at = view.byteLength - endSize; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue
    if (at + endSize + view.getUint16(at + 20, true) === view.byteLength) return start + at
  }
  return undefined
}

function readEnd(file: Bytes, end: number, name: string) {
  const view = viewOf(file, end, end + endSize)
  const short = {
    count: view.getUint16(10, true),
    size: view.getUint32(12, true),
    offset: view.getUint32(16, true),
  }
  const isLong = short.count === 0xffff || short.size === 0xffffffff || short.offset === 0xffffffff
  const locator = end - locatorSize
  const long = locator < 0 ? undefined : viewOf(file, locator, end)
  if (long?.getUint32(0, true) !== 0x07064b50) {
    if (isLong) throw damaged(name, 'no directory of a large archive (ZIP64)', 'one, as its end says')
    return short
  }
  const at = readLong(long, 8, name)
  const record = at + end64Size > locator ? undefined : viewOf(file, at, at + end64Size)
  if (record?.getUint32(0, true) !== 0x06064b50)
    throw damaged(name, `no ZIP64 record at byte ${at}`, 'one, as its locator says')
  return {
    count: readLong(record, 32, name),
    size: readLong(record, 40, name),
    offset: readLong(record, 48, name),
  }
}

function readLong(view: DataView, at: number, name: string): number {
  const value = Number(view.getBigUint64(at, true))
  if (Number.isSafeInteger(value)) return value
  throw damaged(name, `a length of ${value}`, `at most ${Number.MAX_SAFE_INTEGER}`)
}

interface Directory {
  readonly directory: Uint8Array
  readonly view: DataView
  readonly name: string
}

function readPlace(
  { directory, view, name }: Directory,
  at: number,
  [nameLength, extraLength]: readonly number[],
): Place {
  const nameAt = at + directorySize
  // A copy: browsers decode no text from shared memory.
  const bytes = directory.slice(nameAt, nameAt + (nameLength as number))
  const flags = view.getUint16(at + 8, true)
  const place = {
    name: new TextDecoder(flags & 0x800 ? 'utf-8' : 'latin1').decode(bytes),
    flags,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  }
  return withLongs(view, place, nameAt + (nameLength as number), extraLength as number, name)
}

/** Lengths of 64 bits are in an extra field, in this order, for those that are full of ones in the entry itself. */
function withLongs(view: DataView, place: Place, from: number, length: number, name: string): Place {
  const long = (['size', 'packed', 'offset'] as const).filter((field) => place[field] === 0xffffffff)
  if (long.length === 0) return place
  for (let at = from; at + 4 <= from + length; ) {
    const size = view.getUint16(at + 2, true)
    if (at + 4 + size > from + length) break
    if (view.getUint16(at, true) === 1 && size >= 8 * long.length)
      return { ...place, ...Object.fromEntries(long.map((field, i) => [field, readLong(view, at + 4 + 8 * i, name)])) }
    at += 4 + size
  }
  throw damaged(name, `${printable(place.name)} without its 64-bit lengths`, 'a ZIP64 field')
}

/** Where the contents begin. */
function startOf({ file, name }: Archive, { name: entry, offset, packed, size, flags, method }: Place): number {
  const what = `${name}: ${printable(entry)}`
  if (flags & 1) throw unread(what, 'encrypted', 'unpack it with its password')
  if (method !== 0 && method !== 8)
    throw unread(what, `compressed by method ${method}`, 'pack it by deflate, or not at all')
  const view = offset + localSize > file.length ? undefined : viewOf(file, offset, offset + localSize)
  if (view?.getUint32(0, true) !== 0x04034b50)
    throw damaged(what, `no entry at byte ${offset}`, 'one, as the directory says')
  const start = offset + localSize + view.getUint16(26, true) + view.getUint16(28, true)
  if (start + packed > file.length)
    throw damaged(what, `${packed} bytes from byte ${start}`, `at most ${file.length - start}`)
  if (method === 0 ? size !== packed : size > largestRatio * packed)
    throw damaged(
      what,
      `${size} bytes in ${packed} packed ones`,
      method === 0 ? `${packed}` : `at most ${largestRatio * packed}`,
    )
  return start
}

/** Bytes that are summed at once, of a file that is not in memory. */
const portion = 2 ** 20

function unpacked(archive: string, { name, method, size, crc }: Place, packed: Bytes): Bytes {
  const what = `${archive}: ${printable(name)}`
  const bytes = method === 0 ? packed : asBytes(inflated(what, packed.read(), size))
  let found = crc32(new Uint8Array())
  for (const part of bytes.portions(portion)) found = crc32(part, found)
  if (found === crc) return bytes
  throw damaged(what, 'contents that differ from their checksum', crc.toString(16).padStart(8, '0'))
}

/** Packed bytes go in a few at a time, so that what comes out stays small. */
const step = 512

function headOf(archive: string, { name, method }: Place, packed: Bytes, length: number): Uint8Array {
  if (method === 0) return packed.read(0, length)
  const head = new Uint8Array(length)
  let filled = 0
  const inflate = new Inflate((part) => {
    head.set(part.subarray(0, length - filled), filled)
    filled += Math.min(part.length, length - filled)
  })
  try {
    for (let at = 0; at < packed.length && filled < length; at += step)
      inflate.push(packed.read(at, at + step), at + step >= packed.length)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw damaged(`${archive}: ${printable(name)}`, reason, 'a stream of deflate', cause)
  }
  return head.subarray(0, filled)
}

function inflated(what: string, packed: Uint8Array, size: number): Uint8Array {
  try {
    // Into an array of this size, which does not grow.
    const bytes = inflateSync(packed, { out: new Uint8Array(size) })
    if (bytes.length === size) return bytes
  } catch (cause) {
    throw damaged(what, cause instanceof Error ? cause.message : String(cause), 'a stream of deflate', cause)
  }
  throw damaged(what, 'fewer bytes than the directory says', `${size}`)
}

function unread(what: string, received: string, advice: string): ForeignFileError {
  return new ForeignFileError(`${what} cannot be read`, { received, expected: 'stored or deflated', advice })
}

function damaged(what: string, received: string, expected: string, cause?: unknown): ForeignFileError {
  return new ForeignFileError(`${what}: the ZIP archive is damaged`, {
    received,
    expected,
    advice: 'fetch the file again',
    ...(cause === undefined ? {} : { cause }),
  })
}
