/**
 * Reads zip archives (APPNOTE.TXT 6.3): what PyTorch, NumPy and Keras put their arrays in. Files are hostile: places and
 * sizes are checked against the file before anything is read or allocated, and every entry against its checksum.
 */

import { Inflate } from 'fflate'
import { counted, printable } from '../core/text.ts'
import { ForeignFileError } from './errors.ts'

export interface ZipEntry {
  readonly name: string
  /** Unpacked, in bytes. */
  readonly size: number
  /** Its contents: a view of the file where they are stored as they are. Checked against the checksum at the first call. */
  read(): Uint8Array
}

const [endMark, centralMark, localMark, end64Mark, locator64Mark] = [
  0x06054b50, 0x02014b50, 0x04034b50, 0x06064b50, 0x07064b50,
]
/** Far more than any model has. */
const mostEntries = 1_000_000

/** Whether a file begins as a zip archive does. */
export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4
}

/**
 * The entries by name, in the archive's order.
 *
 * @param limit how many bytes all compressed entries together may become
 * @throws {ForeignFileError}
 */
export function readZip(bytes: Uint8Array, limit = 2 ** 32): ReadonlyMap<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const directory = findDirectory(view)
  const entries = new Map<string, ZipEntry>()
  let at = directory.from
  let unpacked = 0
  for (let index = 0; index < directory.count; index++) {
    const entry = readCentral(view, bytes, at)
    at = entry.next
    if (entry.name.endsWith('/')) continue
    if (entries.has(entry.name)) throw damaged(`two entries ${printable(entry.name)}`, 'different names')
    if (entry.method !== 0) unpacked += entry.size
    if (unpacked > limit) throw damaged(`compressed entries of more than ${limit} bytes`, `at most ${limit} bytes`)
    entries.set(entry.name, { name: entry.name, size: entry.size, read: reader(view, bytes, entry) })
  }
  return entries
}

function findDirectory(view: DataView): { readonly from: number; readonly count: number } {
  const { byteLength: length } = view
  // The end record is the last thing in the file, before a comment of up to 64 kB.
  for (let at = length - 22; at >= Math.max(0, length - 22 - 65535); at--) {
    if (view.getUint32(at, true) !== endMark) continue
    const plain = { count: view.getUint16(at + 10, true), size: view.getUint32(at + 12, true), from: view.getUint32(at + 16, true) }
    const { count, size, from } = directory64(view, at) ?? plain
    if (from + size > at || count > mostEntries || count * 46 > size) break
    return { from, count }
  }
  throw damaged(`${counted(length, 'byte')} without a table of contents at the end`, 'a whole zip archive')
}

function directory64(view: DataView, end: number) {
  const locator = end - 20
  if (locator < 0 || view.getUint32(locator, true) !== locator64Mark) return undefined
  const at = Number(view.getBigUint64(locator + 8, true))
  if (at + 56 > locator || view.getUint32(at, true) !== end64Mark) return undefined
  const number = (offset: number) => Number(view.getBigUint64(at + offset, true))
  return { count: number(32), size: number(40), from: number(48) }
}

interface Central {
  readonly name: string
  readonly method: number
  readonly checksum: number
  readonly packed: number
  readonly size: number
  readonly local: number
  readonly next: number
}

function readCentral(view: DataView, bytes: Uint8Array, at: number): Central {
  if (at + 46 > bytes.length || view.getUint32(at, true) !== centralMark) throw damaged(`no entry at byte ${at}`, 'an entry')
  const flags = view.getUint16(at + 8, true)
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [number, number, number]
  const extra = at + 46 + nameLength
  const next = extra + extraLength + commentLength
  if (next > bytes.length) throw damaged(`an entry of ${next - at} bytes at byte ${at}`, 'an entry within the file')
  const name = new TextDecoder().decode(bytes.slice(at + 46, extra))
  if ((flags & 1) !== 0) throw damaged(`${printable(name)}, which is encrypted`, 'an archive without a password')
  let [packed, size, local] = [20, 24, 42].map((offset) => view.getUint32(at + offset, true)) as [number, number, number]
  // Zip64: what does not fit in 32 bits is in an extra field, in this order.
  let [field, wide] = [extra, 0]
  for (; field + 4 <= extra + extraLength; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue
    wide = field + 4
    break
  }
  const take = (value: number) => {
    if (value !== 0xffffffff || wide === 0 || wide + 8 > extra + extraLength) return value
    wide += 8
    return Number(view.getBigUint64(wide - 8, true))
  }
  size = take(size)
  packed = take(packed)
  local = take(local)
  return { name, method: view.getUint16(at + 10, true), checksum: view.getUint32(at + 16, true), packed, size, local, next }
}

function reader(view: DataView, bytes: Uint8Array, entry: Central): () => Uint8Array {
  const { name, method, local, packed, size, checksum } = entry
  if (local + 30 > bytes.length || view.getUint32(local, true) !== localMark) throw damaged(`${printable(name)}, which is not where the table says`, 'its contents')
  const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  if (from + packed > bytes.length) throw damaged(`${printable(name)} of ${packed} bytes at byte ${from} of ${bytes.length}`, 'contents within the file')
  if (method !== 0 && method !== 8) throw damaged(`${printable(name)}, compressed by method ${method}`, 'stored or deflated entries')
  if (method === 0 && packed !== size) throw damaged(`${printable(name)} of ${size} bytes, stored in ${packed}`, 'as many bytes as it says')
  // Deflate makes at most 1,032 bytes of one.
  if (method === 8 && size > packed * 1032 + 64) throw damaged(`${printable(name)}, ${size} bytes in ${packed}`, 'a size that its contents can have')
  let contents: Uint8Array | undefined
  return () => {
    if (contents !== undefined) return contents
    const stored = bytes.subarray(from, from + packed)
    const found = method === 0 ? stored : inflated(name, stored, size)
    if (crc32(found) !== checksum) throw damaged(`${printable(name)} with another checksum`, 'the checksum in the archive')
    contents = found
    return found
  }
}

function inflated(name: string, packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  let at = 0
  const inflate = new Inflate((chunk) => {
    if (at + chunk.length > size) throw damaged(`${printable(name)}, which is longer than ${size} bytes`, 'the size in the archive')
    out.set(chunk, at)
    at += chunk.length
  })
  try {
    for (let from = 0; from < packed.length; from += 65536) inflate.push(packed.subarray(from, from + 65536), from + 65536 >= packed.length)
  } catch (cause) {
    if (cause instanceof ForeignFileError) throw cause
    throw damaged(`${printable(name)}, whose compression is broken`, 'deflated contents', cause)
  }
  if (at !== size) throw damaged(`${printable(name)} of ${at} bytes`, `${size}`)
  return out
}

let table: Uint32Array | undefined

/** CRC-32 of ISO 3309, as zip and gzip have it. */
export function crc32(bytes: Uint8Array): number {
  // Eight tables, eight bytes a turn (Intel's slicing-by-8).
  table ??= makeTable()
  const t = table
  let crc = 0xffffffff
  let at = 0
  for (; at + 8 <= bytes.length; at += 8) {
    const low = crc ^ ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24))
    crc =
      (t[1792 + (low & 255)] as number) ^
      (t[1536 + ((low >>> 8) & 255)] as number) ^
      (t[1280 + ((low >>> 16) & 255)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number)
  }
  for (; at < bytes.length; at++) crc = (t[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

function makeTable(): Uint32Array {
  const out = new Uint32Array(2048)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    out[byte] = crc
  }
  for (let byte = 0; byte < 256; byte++)
    for (let step = 1; step < 8; step++) {
      const before = out[(step - 1) * 256 + byte] as number
      out[step * 256 + byte] = (out[before & 255] as number) ^ (before >>> 8)
    }
  return out
}

function damaged(received: string, expected: string, cause?: unknown): ForeignFileError {
  return new ForeignFileError('the archive is damaged or cut short', { received, expected, advice: 'fetch the file again', cause })
}
