/** The superblock: sizes of addresses and lengths, where the root group is, and how long the file must be. */

import type { Bytes } from '../../core/bytes.ts'
import { ForeignFileError } from '../errors.ts'
import { type Cursor, Source, unread } from './source.ts'

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

function isHdf5(start: Uint8Array): boolean {
  return signature.every((byte, index) => start[index] === byte)
}

/** The file, and the address of the root group's object header. @throws {ForeignFileError} */
export function readSuperblock(bytes: Bytes): { readonly source: Source; readonly root: number } {
  const at = signatureAt(bytes)
  if (at === undefined) {
    throw new ForeignFileError('not an HDF5 file', {
      received: 'a file without the signature of HDF5',
      expected: 'a file that begins with \\x89HDF',
      advice: 'check the path, or fetch the file again',
    })
  }
  const source = new Source(bytes)
  const cursor = source.open(at, 'the superblock')
  cursor.skip(8)
  const version = cursor.expectVersion(0, 1, 2, 3)
  return version >= 2 ? { source, root: newRoot(cursor) } : { source, root: oldRoot(cursor, version) }
}

/** At byte 0, or after a user block of 512, 1024, 2048, … bytes. */
function signatureAt(bytes: Bytes): number | undefined {
  for (let at = 0; at + 8 <= bytes.length; at = at === 0 ? 512 : 2 * at) if (isHdf5(bytes.read(at, at + 8))) return at
  return undefined
}

function oldRoot(cursor: Cursor, version: number): number {
  cursor.skip(4) // versions of the free space, of the root group, of shared messages; reserved
  readSizes(cursor)
  cursor.skip(1 + 4 + 4 + (version === 1 ? 4 : 0)) // sizes of B-tree nodes, flags
  readExtent(cursor, () => cursor.address())
  cursor.address() // driver information
  cursor.address() // name of the root group: none
  return cursor.address()
}

function newRoot(cursor: Cursor): number {
  readSizes(cursor)
  cursor.skip(1)
  readExtent(cursor, () => cursor.address())
  return cursor.address()
}

function readSizes(cursor: Cursor): void {
  const [offsets, lengths] = [cursor.number(1), cursor.number(1)]
  if (![4, 8].includes(offsets) || ![4, 8].includes(lengths))
    throw unread('addresses of an unusual size', `${offsets} and ${lengths} bytes`, '4 or 8')
  cursor.source.offsetSize = offsets
  cursor.source.lengthSize = lengths
}

/** The base address, an address that does not matter, and the end of the file. */
function readExtent(cursor: Cursor, skip: () => number): void {
  const { source } = cursor
  const base = cursor.address()
  skip()
  const end = cursor.address()
  source.base = source.place(base, 0, 'the base address')
  if (end <= source.length) return
  throw new ForeignFileError('the HDF5 file is cut short', {
    received: `${source.length} bytes`,
    expected: `${end} bytes, as its superblock says`,
    advice: 'fetch the file again',
  })
}
