/** Finds the chunks of a data set, and puts them together. */

import { type Shape, sizeOf } from '../../core/shapes.ts'
import { bytesMade } from '../../core/storedBytes.ts'
import { type Filter, unfilter } from './filters.ts'
import type { ChunkIndex, Stored } from './layout.ts'
import { damaged, type Source, unread } from './source.ts'

interface Chunk {
  readonly address: number
  /** As stored, in bytes. */
  readonly size: number
  readonly mask: number
  /** The first element, by side. */
  readonly offsets: readonly number[]
}

export interface ChunkedData {
  readonly shape: Shape
  readonly sides: readonly number[]
  readonly index: ChunkIndex
  readonly filters: readonly Filter[]
  /** Bytes of an element. */
  readonly width: number
  readonly name: string
}

/** @throws {ForeignFileError} chunks are missing, or the array is larger than they can become */
export function openChunks(source: Source, data: ChunkedData): Stored {
  const { shape, sides, filters, width, name } = data
  if (sides.length !== shape.length) throw damaged(`${name} has chunks of another rank`)
  const size = sizeOf(sides) * width
  const counts = shape.map((side, axis) => Math.ceil(side / (sides[axis] as number)))
  const expected = sizeOf(counts)
  const chunks = chunkList(source, data, size, counts)
  if (chunks.length !== expected)
    throw damaged(`${name} lacks some of its chunks`, `${chunks.length}, expected ${expected}`)
  // Before anything is allocated: each chunk can become as large as it must, so the whole is bounded by the file.
  const most = filters.length === 0 ? 1 : 1032
  const stored = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
  const total = sizeOf(shape) * width
  if (total > stored * most || stored > source.length) throw damaged(`${name} is larger than its chunks can be`)
  const read = () => {
    const result = new Uint8Array(total)
    for (const { address, size: length, mask, offsets } of chunks) {
      const start = source.place(address, length, `a chunk of ${name}`)
      const bytes = unfilter(source.file.read(start, start + length), filters, mask, size)
      place(result, bytes, data, offsets)
    }
    return result
  }
  return { stored, values: bytesMade(total, read) }
}

function chunkList(source: Source, data: ChunkedData, size: number, counts: readonly number[]): readonly Chunk[] {
  const { index, filters, shape, sides, name } = data
  if (index.kind === 'tree') return treeChunks(source, index.address, shape.length)
  if (index.kind === 'single')
    return [{ address: index.address, size: index.size ?? size, mask: index.mask, offsets: shape.map(() => 0) }]
  const total = sizeOf(counts)
  const offsetsOf = (at: number) => offsetsAt(at, counts, sides)
  if (index.kind === 'in order') {
    source.place(index.address, total * size, name)
    return Array.from({ length: total }, (_, at) => {
      return { address: index.address + at * size, size, mask: 0, offsets: offsetsOf(at) }
    })
  }
  return arrayChunks(source, index.address, filters.length > 0, size, total, offsetsOf)
}

/** The first element of a chunk by its number; the last side varies fastest. */
function offsetsAt(at: number, counts: readonly number[], sides: readonly number[]): readonly number[] {
  let rest = at
  return counts
    .map((count, axis) => [count, sides[axis] as number] as const)
    .reverse()
    .map(([count, side]) => {
      const offset = (rest % count) * side
      rest = Math.floor(rest / count)
      return offset
    })
    .reverse()
}

/** The B-tree of version 1 that h5py writes by default. */
function treeChunks(source: Source, root: number, rank: number): readonly Chunk[] {
  const chunks: Chunk[] = []
  const open = [{ address: root, most: 64 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = source.open(next.address, 'a B-tree of chunks')
    node.expect('TREE', 1)
    const level = node.number(1)
    if (level >= next.most) throw damaged('a B-tree of chunks has no end')
    const count = node.number(2)
    node.address()
    node.address()
    for (let i = 0; i < count; i++) {
      source.spend(16 + 8 * rank)
      const [size, mask] = [node.number(4), node.number(4)]
      const offsets = Array.from({ length: rank }, () => node.number(8))
      node.skip(8)
      const address = node.address()
      if (level === 0) chunks.push({ address, size, mask, offsets })
      else open.push({ address, most: level })
    }
  }
  return chunks
}

/** The fixed array of newer files: an address for each chunk, in order. */
function arrayChunks(
  source: Source,
  address: number,
  filtered: boolean,
  size: number,
  total: number,
  offsetsOf: (at: number) => readonly number[],
): readonly Chunk[] {
  const header = source.open(address, 'a list of chunks')
  header.expect('FAHD', 0)
  header.skip(1)
  const [entry, pageBits] = [header.number(1), header.number(1)]
  const count = header.length()
  const block = source.open(header.address(), 'a list of chunks')
  if (count !== total) throw damaged('a list of chunks has the wrong length', `${count}, expected ${total}`)
  if (count > 2 ** pageBits) throw unread('a long list of chunks', `${count} chunks`, `at most ${2 ** pageBits}`)
  block.expect('FADB', 0)
  block.skip(1 + source.offsetSize)
  source.spend(count * entry)
  if (count * entry > block.left) throw damaged('a list of chunks ends too early')
  const sizeBytes = entry - source.offsetSize - 4
  return Array.from({ length: count }, (_, at) => {
    const chunk = block.address()
    const [length, mask] = filtered ? [block.number(sizeBytes), block.number(4)] : [size, 0]
    return { address: chunk, size: length, mask, offsets: offsetsOf(at) }
  })
}

/** Copies a chunk to its place, row by row; a chunk at the edge has more than fits. */
function place(result: Uint8Array, bytes: Uint8Array, data: ChunkedData, offsets: readonly number[]): void {
  const { shape, sides, width, name } = data
  const last = shape.length - 1
  const counts = shape.map((side, axis) => Math.min(sides[axis] as number, side - (offsets[axis] as number)))
  const aligned = offsets.every((offset, axis) => offset % (sides[axis] as number) === 0)
  if (!aligned || counts.some((count) => count < 1)) throw damaged(`a chunk of ${name} is outside of its shape`)
  const run = (counts[last] as number) * width
  const rows = sizeOf(counts.slice(0, -1))
  for (let row = 0; row < rows; row++) {
    let rest = row
    let [from, to, fromStride, toStride] = [0, offsets[last] as number, sides[last] as number, shape[last] as number]
    for (let axis = last - 1; axis >= 0; axis--) {
      const at = rest % (counts[axis] as number)
      rest = Math.floor(rest / (counts[axis] as number))
      from += at * fromStride
      to += ((offsets[axis] as number) + at) * toStride
      fromStride *= sides[axis] as number
      toStride *= shape[axis] as number
    }
    result.set(bytes.subarray(from * width, from * width + run), to * width)
  }
}
