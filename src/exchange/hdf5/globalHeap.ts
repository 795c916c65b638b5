/** Global heap collections: where texts of any length are. */

import { damaged, type Source } from './source.ts'

/** An object of a collection. */
export function globalHeapObject(source: Source, address: number, index: number): Uint8Array {
  const start = source.open(address, 'a global heap')
  start.expect('GCOL', 1)
  start.skip(3)
  const size = start.length()
  const heap = source.cursor(address, size, 'a global heap')
  heap.skip(8 + source.lengthSize)
  while (heap.left >= 8 + source.lengthSize) {
    const found = heap.number(2)
    heap.skip(6)
    const length = heap.length()
    if (found === 0) break // the free space
    const bytes = heap.take(length)
    if (found === index) return bytes
    heap.skip(Math.min((8 - (length % 8)) % 8, heap.left))
  }
  throw damaged('a text is not in its heap')
}
