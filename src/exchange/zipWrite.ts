/**
 * Writes ZIP archives whose entries are stored, not compressed: weights are noise, which deflate does not shorten. Contents
 * start at a multiple of 64 bytes, so that readers can use them in place, as PyTorch does. Deterministic: no time, and the
 * entries in the order given.
 */

import { ArgumentError } from '../core/errors.ts'
import { crc32 } from './crc32.ts'

export interface NewEntry {
  readonly name: string
  /** The contents, in order; gone through twice, for the checksum and to be written. */
  readonly parts: Iterable<Uint8Array>
}

const alignment = 64
/** 1 January 1980, midnight: the first day of MS-DOS. */
const date = 0x21
const utf8 = 0x800
const limit = 0xffffffff

/** Parts that are made when they are asked for, and again when they are asked for again. */
export function lazyParts(make: () => Iterable<Uint8Array>): Iterable<Uint8Array> {
  return { [Symbol.iterator]: () => make()[Symbol.iterator]() }
}

/** Throws `ArgumentError` for more than 4 GiB or 65,534 entries, which would need ZIP64. */
export function* zipParts(entries: readonly NewEntry[]): Generator<Uint8Array> {
  if (entries.length > 0xfffe) throw tooLarge(`${entries.length} entries`, 'at most 65,534')
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, parts } of entries) {
    let [size, crc] = [0, 0]
    for (const part of parts) {
      size += part.length
      crc = crc32(part, crc)
    }
    const bytes = new TextEncoder().encode(name)
    // An extra field of its own kind, filled with zeros.
    const unaligned = offset + 30 + bytes.length
    const padding = (alignment - ((unaligned + 4) % alignment)) % alignment
    const local = new Uint8Array(30 + bytes.length + 4 + padding)
    const view = new DataView(local.buffer)
    view.setUint32(0, 0x04034b50, true)
    writeFields(view, 4, { crc, size, nameLength: bytes.length, extraLength: 4 + padding })
    local.set(bytes, 30)
    view.setUint16(30 + bytes.length, 0x4246, true)
    view.setUint16(32 + bytes.length, padding, true)
    directory.push(directoryEntry(bytes, { crc, size, nameLength: bytes.length, extraLength: 0 }, offset))
    offset += local.length + size
    if (offset > limit) throw tooLarge(`more than ${limit} bytes`, 'at most 4 GiB')
    yield local
    yield* parts
  }
  yield* directory
  const length = directory.reduce((sum, entry) => sum + entry.length, 0)
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, entries.length, true)
  end.setUint16(10, entries.length, true)
  end.setUint32(12, length, true)
  end.setUint32(16, offset, true)
  yield new Uint8Array(end.buffer)
}

interface Fields {
  readonly crc: number
  readonly size: number
  readonly nameLength: number
  readonly extraLength: number
}

/** What a local header and an entry of the directory have in common, from the version on. */
function writeFields(view: DataView, at: number, { crc, size, nameLength, extraLength }: Fields): void {
  view.setUint16(at, 20, true)
  view.setUint16(at + 2, utf8, true)
  view.setUint16(at + 8, date, true)
  view.setUint32(at + 10, crc, true)
  view.setUint32(at + 14, size, true)
  view.setUint32(at + 18, size, true)
  view.setUint16(at + 22, nameLength, true)
  view.setUint16(at + 24, extraLength, true)
}

function directoryEntry(name: Uint8Array, fields: Fields, offset: number): Uint8Array {
  const entry = new Uint8Array(46 + name.length)
  const view = new DataView(entry.buffer)
  view.setUint32(0, 0x02014b50, true)
  view.setUint16(4, 20, true)
  writeFields(view, 6, fields)
  view.setUint32(42, offset, true)
  entry.set(name, 46)
  return entry
}

function tooLarge(received: string, expected: string): ArgumentError {
  return new ArgumentError('the archive is too large', { received, expected, advice: 'write a .safetensors file' })
}
