/** Fractal heaps: where newer files keep many links, many attributes, and large ones. */

import { btreeRecords, bytesFor } from './btree2.ts'
import { type Cursor, damaged, nowhere, type Source, unread } from './source.ts'

interface Heap {
  readonly source: Source
  readonly huge: number
  readonly width: number
  readonly startSize: number
  readonly directRows: number
  readonly offsetBytes: number
  readonly lengthBytes: number
  readonly root: number
  readonly rows: number
}

/** Reads objects by their IDs. */
export function openFractalHeap(source: Source, address: number): (id: Cursor) => Cursor {
  const heap = readHeap(source, address)
  return (id) => {
    const first = id.number(1)
    const kind = (first >> 4) & 3
    if (kind === 2) return id.part((first & 15) + 1, 'a small object of a heap')
    if (kind === 1) return hugeObject(heap, id)
    const [offset, length] = [id.number(heap.offsetBytes), id.number(heap.lengthBytes)]
    return source.cursor(managedAddress(heap, offset, length), length, 'an object of a heap')
  }
}

function readHeap(source: Source, address: number): Heap {
  const cursor = source.open(address, 'a fractal heap')
  cursor.expect('FRHP', 0)
  cursor.skip(2)
  if (cursor.number(2) !== 0) throw unread('a compressed heap', 'filters on links or attributes', 'none')
  cursor.skip(1)
  const mostManaged = cursor.number(4)
  cursor.length()
  const huge = cursor.address()
  cursor.length()
  cursor.address()
  for (let i = 0; i < 8; i++) cursor.length()
  const width = cursor.number(2)
  const [startSize, directSize] = [cursor.length(), cursor.length()]
  const offsetBits = cursor.number(2)
  cursor.skip(2)
  const [root, rows] = [cursor.address(), cursor.number(2)]
  if (width < 1 || startSize < 1 || directSize < startSize || offsetBits > 64 || rows > 64)
    throw damaged('a fractal heap has invalid sizes')
  return {
    source,
    huge,
    width,
    startSize,
    directRows: Math.log2(directSize) - Math.log2(startSize) + 2,
    offsetBytes: Math.ceil(offsetBits / 8),
    lengthBytes: Math.min(Math.floor((Math.log2(directSize) + 7) / 8), bytesFor(mostManaged)),
    root,
    rows,
  }
}

/** Where in the file the managed space's `offset` is: the table of blocks doubles in size from its third row. */
function managedAddress(heap: Heap, offset: number, length: number): number {
  let { root: address, rows } = heap
  let start = 0
  if (rows === 0) return inBlock(address, offset, length, heap.startSize)
  for (let depth = 0; depth < 64; depth++) {
    const cursor = heap.source.open(address, 'a block of a fractal heap')
    cursor.expect('FHIB', 0)
    cursor.skip(heap.source.offsetSize + heap.offsetBytes)
    let found: { size: number; row: number } | undefined
    search: for (let row = 0; row < rows; row++) {
      const size = rowSize(heap, row)
      for (let column = 0; column < heap.width; column++) {
        address = cursor.address()
        heap.source.spend(8)
        if (offset < start + size) {
          found = { size, row }
          break search
        }
        start += size
      }
    }
    if (found === undefined || address === nowhere) break
    if (found.row < heap.directRows) return inBlock(address, offset - start, length, found.size)
    rows = Math.log2(found.size) - Math.log2(heap.startSize * heap.width) + 1
  }
  throw damaged('an object is not in its heap')
}

function rowSize({ startSize }: Heap, row: number): number {
  return row === 0 ? startSize : startSize * 2 ** (row - 1)
}

function inBlock(block: number, offset: number, length: number, size: number): number {
  if (block === nowhere || offset + length > size) throw damaged('an object is not in its heap')
  return block + offset
}

/** Objects that are too large for a block are anywhere in the file; a B-tree has their addresses by number. */
function hugeObject({ source, huge }: Heap, id: Cursor): Cursor {
  const wanted = id.number(Math.min(id.left, source.lengthSize))
  for (const record of btreeRecords(source, huge)) {
    const [address, length, number] = [record.address(), record.length(), record.length()]
    if (number === wanted) return source.cursor(address, length, 'a large object of a heap')
  }
  throw damaged('a large object is not in its heap')
}
