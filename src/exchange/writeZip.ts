/** Writes zip archives whose entries are stored as they are: NumPy's .npz and PyTorch's .pt. */

import { ArgumentError } from '../core/errors.ts'
import { crc32 } from './zip.ts'

export interface ZipPart {
  readonly name: string
  /** One after the other. */
  readonly parts: readonly Uint8Array[]
}

/** The archive part after part, without a copy of the contents. @param align contents begin at a multiple of it */
export function* zipParts(entries: readonly ZipPart[], align = 1): Generator<Uint8Array> {
  const central: Uint8Array[] = []
  let at = 0
  for (const { name, parts } of entries) {
    const size = parts.reduce((sum, { length }) => sum + length, 0)
    if (at + size > 0xfffffff0) {
      throw new ArgumentError('the archive would be too large', { received: `${at + size} bytes`, expected: 'less than 4 GiB', advice: 'write .safetensors' })
    }
    const checksum = crc32(joined(parts, size))
    const bytes = new TextEncoder().encode(name)
    const start = at + 30 + bytes.length
    // An extra field of zeros moves the contents to where they can be mapped.
    const fill = align === 1 ? 0 : (align - ((start + 4) % align)) % align
    const extra = align === 1 ? new Uint8Array() : extraField(fill)
    yield header(local, bytes, extra, checksum, size, 0)
    yield* parts
    central.push(header(directory, bytes, new Uint8Array(), checksum, size, at))
    at = start + extra.length + size
  }
  yield* central
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, entries.length, true)
  end.setUint16(10, entries.length, true)
  end.setUint32(12, central.reduce((sum, { length }) => sum + length, 0), true)
  end.setUint32(16, at, true)
  yield new Uint8Array(end.buffer)
}

interface HeaderKind {
  readonly mark: number
  readonly length: number
  /** Of the field `version needed`. */
  readonly from: number
}
const local: HeaderKind = { mark: 0x04034b50, length: 30, from: 4 }
const directory: HeaderKind = { mark: 0x02014b50, length: 46, from: 6 }
/** 1 January 1980, so that the same contents give the same bytes. */
const date = 0x21

function header(kind: HeaderKind, name: Uint8Array, extra: Uint8Array, checksum: number, size: number, at: number): Uint8Array {
  const bytes = new Uint8Array(kind.length + name.length + extra.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, kind.mark, true)
  if (kind === directory) view.setUint16(4, 20, true)
  view.setUint16(kind.from, 20, true)
  // Names are UTF-8.
  view.setUint16(kind.from + 2, 0x800, true)
  view.setUint16(kind.from + 8, date, true)
  view.setUint32(kind.from + 10, checksum, true)
  view.setUint32(kind.from + 14, size, true)
  view.setUint32(kind.from + 18, size, true)
  view.setUint16(kind.from + 22, name.length, true)
  view.setUint16(kind.from + 24, extra.length, true)
  if (kind === directory) view.setUint32(42, at, true)
  bytes.set(name, kind.length)
  bytes.set(extra, kind.length + name.length)
  return bytes
}

function extraField(length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length)
  // The ID that PyTorch uses for its padding: FB.
  bytes.set([0x46, 0x42, length & 255, length >> 8])
  return bytes
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
