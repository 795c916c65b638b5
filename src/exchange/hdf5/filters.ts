/** Filters that a chunk went through: gzip, shuffle, Fletcher's checksum. */

import { unzlibSync } from 'fflate'
import { type Cursor, damaged, unread } from './source.ts'

export interface Filter {
  readonly id: number
  readonly values: readonly number[]
}

const [deflate, shuffle, fletcher] = [1, 2, 3]
const names: Readonly<Record<number, string>> = {
  4: 'szip',
  5: 'n-bit',
  6: 'scale-offset',
  32000: 'LZF',
  32001: 'Blosc',
}
/** The most that deflate expands: a match of 258 bytes in two bits. */
const mostExpansion = 1032

export function readFilters(cursor: Cursor): readonly Filter[] {
  const version = cursor.expectVersion(1, 2)
  const count = cursor.number(1)
  if (version === 1) cursor.skip(6)
  return Array.from({ length: count }, () => {
    const id = cursor.number(2)
    const nameLength = version === 1 || id >= 256 ? cursor.number(2) : 0
    cursor.skip(2)
    const valueCount = cursor.number(2)
    cursor.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength)
    const values = Array.from({ length: valueCount }, () => cursor.number(4))
    if (version === 1 && valueCount % 2 === 1) cursor.skip(4)
    if (![deflate, shuffle, fletcher].includes(id))
      throw unread('compressed data', `the filter ${names[id] ?? id}`, 'gzip, shuffle, fletcher32 or no filter')
    return { id, values }
  })
}

/**
 * A chunk as it was before its filters.
 *
 * @param mask a bit for each filter that this chunk did not go through
 * @param size of the chunk, in bytes; known not to be more than the stored bytes can become
 */
export function unfilter(stored: Uint8Array, filters: readonly Filter[], mask: number, size: number): Uint8Array {
  let bytes = stored
  for (const [index, { id, values }] of [...filters.entries()].reverse()) {
    if ((mask >> index) & 1) continue
    if (id === fletcher) bytes = withoutChecksum(bytes)
    if (id === deflate) bytes = inflate(bytes, size)
    if (id === shuffle) bytes = unshuffle(bytes, values[0] ?? 1)
  }
  if (bytes.length === size) return bytes
  throw damaged('a chunk has the wrong size', `${bytes.length} bytes, expected ${size}`)
}

/** Fletcher's 32-bit sum over words of 16 bits, as libhdf5 computes it (H5_checksum_fletcher32). */
function withoutChecksum(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw damaged('a chunk is too short for its checksum')
  const data = bytes.subarray(0, -4)
  let [a, b] = [0, 0]
  for (let at = 0; at < data.length; at += 2) {
    a = (a + (((data[at] as number) << 8) | (data[at + 1] ?? 0))) % 65535
    b = (b + a) % 65535
  }
  const found = new DataView(bytes.buffer, bytes.byteOffset + data.length, 4).getUint32(0, true)
  // 0 and 65535 are the same residue.
  if ((found & 0xffff) % 65535 === a && (found >>> 16) % 65535 === b) return data
  throw damaged('a chunk does not fit its checksum')
}

function inflate(bytes: Uint8Array, size: number): Uint8Array {
  // A checksum may follow the data, so a few bytes more than the chunk's are possible.
  const room = size + 4
  if (room > bytes.length * mostExpansion + 4) throw damaged('a compressed chunk is shorter than its data can be')
  try {
    return unzlibSync(bytes, { out: new Uint8Array(room) })
  } catch {
    throw damaged('a compressed chunk cannot be read')
  }
}

/** Back from all first bytes, all second bytes, … to the elements. */
function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.length / Math.max(width, 1))
  if (width <= 1 || count <= 1) return bytes
  const result = bytes.slice()
  for (let byte = 0; byte < width; byte++)
    for (let i = 0; i < count; i++) result[i * width + byte] = bytes[byte * count + i] as number
  return result
}
