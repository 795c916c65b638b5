/**
 * Writes HDF5 files as h5py does by default: superblock version 0, groups with symbol tables, arrays in one piece. Names of
 * structures are those of the HDF5 file format specification, version 3.0. The arrays come last and are asked for one by one.
 */

import { sizeOf } from '../../core/shapes.ts'
import { ForeignFileError } from '../errors.ts'
import { Block } from './block.ts'

/** Of 32-bit floats, in the order of the shape. */
export interface NewArray {
  readonly shape: readonly number[]
  values(): Float32Array
}

export interface NewGroup {
  readonly entries: ReadonlyMap<string, NewGroup | NewArray>
  /** A text, or a list of texts. */
  readonly attributes?: ReadonlyMap<string, string | readonly string[]>
}

/** An address that is none: all bits are set. */
const nowhere = -1
const superblockSize = 96
/** Children of a B-tree's node, of which a group has one: 2·16. */
const treeWidth = 32
const treeSize = 24 + (2 * treeWidth + 1) * 8
const symbolSize = 40

const isGroup = (entry: NewGroup | NewArray): entry is NewGroup => 'entries' in entry

/** The file in parts, in order. */
export function* hdf5Parts(root: NewGroup): Generator<Uint8Array> {
  const file = new Writer(root)
  yield file.structure()
  for (const { values } of file.arrays) {
    const { buffer, byteOffset, byteLength } = values()
    yield new Uint8Array(buffer, byteOffset, byteLength)
  }
}

/** Where a group's parts are. */
interface GroupPlace {
  readonly header: number
  readonly tree: number
  readonly heap: number
}

class Writer {
  readonly arrays: NewArray[] = []
  readonly #root: NewGroup
  readonly #block = new Block()
  /** Symbols in a node of a group: 2·K, of which the superblock has the K for the whole file. */
  readonly #leaf: number
  /** Where the address of each array is to be written, in the order of `arrays`. */
  readonly #addresses: number[] = []

  constructor(root: NewGroup) {
    this.#root = root
    this.#leaf = Math.max(4, Math.ceil(largest(root) / (2 * treeWidth)))
    if (this.#leaf > 0xffff) {
      throw new ForeignFileError('too many arrays for an HDF5 file', {
        received: `${largest(root)} in one group`,
        expected: `at most ${2 * treeWidth * 0xffff}`,
      })
    }
  }

  /** All but the values. */
  structure(): Uint8Array {
    const block = this.#block
    block.skip(superblockSize)
    const root = this.#group(this.#root)
    block.align()
    let at = block.length
    for (const [index, { shape }] of this.arrays.entries()) {
      block.patch(this.#addresses[index] as number, at)
      at += 4 * sizeOf(shape)
    }
    this.#superblock(root, at)
    return block.bytes()
  }

  #superblock({ header, tree, heap }: GroupPlace, end: number): void {
    const start = new Block()
    start.add(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0)
    start.number(this.#leaf, 2)
    start.number(treeWidth / 2, 2)
    start.number(0, 4)
    for (const address of [0, nowhere, end, nowhere]) start.number(address, 8)
    // The root's own entry, with the places of its tables.
    start.number(0, 8)
    start.number(header, 8)
    start.number(1, 4)
    start.number(0, 4)
    start.number(tree, 8)
    start.number(heap, 8)
    this.#block.put(0, start.bytes())
  }

  #group({ entries, attributes = new Map() }: NewGroup): GroupPlace {
    // By the bytes of their names, as they are searched for.
    const sorted = [...entries].map(([name, entry]) => ({ name: new TextEncoder().encode(name), entry }))
    sorted.sort((a, b) => compare(a.name, b.name))
    const places = sorted.map(({ entry }) => (isGroup(entry) ? this.#group(entry).header : this.#array(entry)))
    const { heap, names } = this.#heap(sorted.map(({ name }) => name))
    const tree = this.#tree(places, names)
    const messages = [message(0x11, (body) => addresses(body, tree, heap))]
    for (const [name, value] of attributes) messages.push(this.#attribute(name, value))
    return { header: this.#header(messages), tree, heap }
  }

  /** The names of a group, and the offset of each. */
  #heap(names: readonly Uint8Array[]): { readonly heap: number; readonly names: readonly number[] } {
    const data = new Block()
    data.skip(8)
    const offsets = names.map((name) => {
      const offset = data.length
      data.put(offset, name)
      data.add(0)
      data.align()
      return offset
    })
    const block = this.#block
    block.align()
    const heap = block.length
    block.add(...ascii('HEAP'), 0, 0, 0, 0)
    block.number(data.length, 8)
    // No free space.
    block.number(1, 8)
    block.number(heap + 32, 8)
    block.put(block.length, data.bytes())
    return { heap, names: offsets }
  }

  #tree(places: readonly number[], names: readonly number[]): number {
    const block = this.#block
    const perNode = 2 * this.#leaf
    const nodes: { readonly address: number; readonly last: number }[] = []
    for (let from = 0; from < places.length; from += perNode) {
      const to = Math.min(from + perNode, places.length)
      block.align()
      const address = block.length
      block.add(...ascii('SNOD'), 1, 0)
      block.number(to - from, 2)
      for (let index = from; index < to; index++) {
        block.number(names[index] as number, 8)
        block.number(places[index] as number, 8)
        block.skip(24)
      }
      block.skip((perNode - (to - from)) * symbolSize)
      nodes.push({ address, last: names[to - 1] as number })
    }
    block.align()
    const tree = block.length
    block.add(...ascii('TREE'), 0, 0)
    block.number(nodes.length, 2)
    block.number(nowhere, 8)
    block.number(nowhere, 8)
    block.number(0, 8)
    for (const { address, last } of nodes) {
      block.number(address, 8)
      block.number(last, 8)
    }
    block.skip(tree + treeSize - block.length)
    return tree
  }

  #array(array: NewArray): number {
    this.arrays.push(array)
    const { shape } = array
    const length = 4 * sizeOf(shape)
    let address = 0
    const header = this.#header(
      [
        message(0x01, (body) => dataspace(body, shape)),
        message(0x03, (body) => body.add(...float32)),
        // Version 2: no value is defined for what was not written.
        message(0x05, (body) => body.add(2, 2, 2, 0)),
        message(0x08, (body) => {
          body.add(3, 1)
          address = body.length
          body.number(0, 8)
          body.number(length, 8)
        }),
      ],
      (at) => this.#addresses.push(at + 8 + address),
    )
    return header
  }

  #attribute(name: string, value: string | readonly string[]): Uint8Array {
    const isText = typeof value === 'string'
    // A single text may be longer than a message can be, so it stands in a heap.
    const heap = isText ? this.#text(value) : 0
    const texts = isText ? [] : value.map((each) => new TextEncoder().encode(each))
    const width = Math.max(1, ...texts.map(({ length }) => length))
    const type = new Block()
    if (isText) {
      type.add(0x19, 0x01, 0x01, 0)
      type.number(16, 4)
      type.add(...fixedText(1))
    } else type.add(...fixedText(width))
    const space = new Block()
    dataspace(space, isText ? [] : [texts.length])
    return message(0x0c, (body) => {
      const label = new TextEncoder().encode(name)
      body.add(1, 0)
      for (const size of [label.length + 1, type.length, space.length]) body.number(size, 2)
      body.put(body.length, label)
      body.add(0)
      body.align()
      for (const part of [type, space]) {
        body.put(body.length, part.bytes())
        body.align()
      }
      if (isText) {
        body.number(new TextEncoder().encode(value).length, 4)
        body.number(heap, 8)
        body.number(1, 4)
      }
      for (const text of texts) {
        body.put(body.length, text)
        body.skip(width - text.length)
      }
    })
  }

  /** A global heap with one text. */
  #text(value: string): number {
    const block = this.#block
    const text = new TextEncoder().encode(value)
    const size = Math.max(4096, 16 + 16 + padded(text.length) + 16)
    block.align()
    const address = block.length
    block.add(...ascii('GCOL'), 1, 0, 0, 0)
    block.number(size, 8)
    block.number(1, 2)
    block.number(0, 6)
    block.number(text.length, 8)
    block.put(block.length, text)
    block.align()
    // What is left is object 0.
    const left = address + size - block.length
    block.number(0, 8)
    block.number(left, 8)
    block.skip(left - 16)
    return address
  }

  /** @param atLast told where the last message starts */
  #header(messages: readonly Uint8Array[], atLast: (at: number) => void = () => {}): number {
    const block = this.#block
    block.align()
    const address = block.length
    block.add(1, 0)
    block.number(messages.length, 2)
    block.number(1, 4)
    block.number(
      messages.reduce((sum, { length }) => sum + length, 0),
      4,
    )
    block.number(0, 4)
    for (const [index, each] of messages.entries()) {
      if (index === messages.length - 1) atLast(block.length)
      block.put(block.length, each)
    }
    return address
  }
}

const ascii = (text: string) => [...new TextEncoder().encode(text)]
const padded = (length: number) => Math.ceil(length / 8) * 8

/** Little-endian, IEEE 754. */
const float32 = [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]

/** UTF-8, filled up with zeros to this number of bytes. */
const fixedText = (width: number) => [0x13, 0x11, 0, 0, width & 255, (width >> 8) & 255, (width >> 16) & 255, 0]

function addresses(body: Block, ...values: readonly number[]): void {
  for (const value of values) body.number(value, 8)
}

function dataspace(body: Block, shape: readonly number[]): void {
  body.add(1, shape.length, 0, 0, 0, 0, 0, 0)
  for (const side of shape) body.number(side, 8)
}

/** A message of an object header. @throws {ForeignFileError} longer than one can be */
function message(type: number, write: (body: Block) => void): Uint8Array {
  const body = new Block()
  write(body)
  body.align()
  if (body.length > 0xffff) {
    throw new ForeignFileError('a list of names is too long for an HDF5 file', {
      received: `${body.length} bytes`,
      expected: 'at most 65,528',
    })
  }
  const all = new Block()
  all.number(type, 2)
  all.number(body.length, 2)
  all.number(0, 4)
  all.put(all.length, body.bytes())
  return all.bytes()
}

/** The number of entries in the largest group. */
function largest({ entries }: NewGroup): number {
  return Math.max(entries.size, ...[...entries.values()].map((entry) => (isGroup(entry) ? largest(entry) : 0)))
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index])
  return at === -1 ? a.length - b.length : (a[at] as number) - (b[at] ?? -1)
}
