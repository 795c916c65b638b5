/** Layout messages: where the values of a data set are, in one piece or in chunks. */

import type { Bytes } from '../../core/bytes.ts'
import { type Cursor, damaged, type Source, unread } from './source.ts'

export type Layout =
  | { readonly kind: 'whole'; readonly address: number; readonly size: number }
  | { readonly kind: 'inside'; readonly bytes: Uint8Array }
  | { readonly kind: 'chunks'; readonly sides: readonly number[]; readonly index: ChunkIndex }

/** Where the values of an array are. */
export interface Stored {
  /** Bytes that they have in the file. */
  readonly stored: number
  readonly values: Bytes
}

/** How the chunks are found. */
export type ChunkIndex =
  | { readonly kind: 'tree' | 'in order' | 'array'; readonly address: number }
  | { readonly kind: 'single'; readonly address: number; readonly size: number | undefined; readonly mask: number }

/** @param size of all values, in bytes: old layouts do not say it */
export function readLayout(cursor: Cursor, size: number): Layout {
  const version = cursor.expectVersion(1, 2, 3, 4, 5)
  if (version < 3) return oldLayout(cursor, size)
  const kind = cursor.number(1)
  if (kind === 0) return { kind: 'inside', bytes: cursor.take(cursor.number(2)) }
  if (kind === 1) return { kind: 'whole', address: cursor.address(), size: cursor.length() }
  if (kind !== 2) throw unread('an unknown layout', `kind ${kind}`, 'compact, contiguous or chunked')
  return version === 3 ? treeLayout(cursor) : newChunks(cursor)
}

function oldLayout(cursor: Cursor, size: number): Layout {
  const rank = cursor.number(1)
  const kind = cursor.number(1)
  cursor.skip(5)
  const address = kind === 0 ? 0 : cursor.address()
  const sides = Array.from({ length: rank }, () => cursor.number(4))
  if (kind === 0) return { kind: 'inside', bytes: cursor.take(cursor.number(4)) }
  if (kind === 1) return { kind: 'whole', address, size }
  return { kind: 'chunks', sides: checkedSides(sides.slice(0, -1)), index: { kind: 'tree', address } }
}

function treeLayout(cursor: Cursor): Layout {
  const rank = cursor.number(1)
  const address = cursor.address()
  // The last side is the size of an element.
  const sides = Array.from({ length: rank }, () => cursor.number(4)).slice(0, -1)
  return { kind: 'chunks', sides: checkedSides(sides), index: { kind: 'tree', address } }
}

function newChunks(cursor: Cursor): Layout {
  const flags = cursor.number(1)
  const rank = cursor.number(1)
  const width = cursor.number(1)
  const sides = checkedSides(Array.from({ length: rank }, () => cursor.number(width)).slice(0, -1))
  return { kind: 'chunks', sides, index: newIndex(cursor, flags, cursor.number(1)) }
}

function newIndex(cursor: Cursor, flags: number, kind: number): ChunkIndex {
  if (kind === 1) {
    const [size, mask] = flags & 2 ? [cursor.length(), cursor.number(4)] : [undefined, 0]
    return { kind: 'single', size, mask, address: cursor.address() }
  }
  if (kind === 2) return { kind: 'in order', address: cursor.address() }
  if (kind === 3) {
    cursor.skip(1)
    return { kind: 'array', address: cursor.address() }
  }
  throw unread('chunks of a data set that can grow', `index ${kind}`, 'data sets of fixed size')
}

function checkedSides(sides: readonly number[]): readonly number[] {
  if (sides.length > 0 && sides.every((side) => side >= 1)) return sides
  throw damaged('a data set has chunks of no size', sides.join('×'))
}

/** The bytes of a data set in one piece. */
export function wholeBytes(source: Source, address: number, stored: number, size: number, name: string): Bytes {
  if (stored < size) throw damaged(`${name} is shorter than its shape`, `${stored} bytes, expected ${size}`)
  const start = source.place(address, size, name)
  return source.file.slice(start, start + size)
}
