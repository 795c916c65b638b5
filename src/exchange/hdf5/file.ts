/**
 * Reads HDF5 files: groups, attributes and arrays, as h5py writes them with any `libver`. Nothing of the file is copied
 * except for compressed arrays, and those when their bytes are read.
 */

import { asBytes, type Bytes } from '../../core/bytes.ts'
import { type Shape, sizeOf } from '../../core/shapes.ts'
import { bytesMade } from '../../core/storedBytes.ts'
import { printable } from '../../core/text.ts'
import type { Attribute } from './attribute.ts'
import { openChunks } from './chunks.ts'
import { type Datatype, readDataspace, readDatatype } from './datatype.ts'
import { readFilters } from './filters.ts'
import { type Message, message, only, readHeader } from './header.ts'
import { readLayout, type Stored, wholeBytes } from './layout.ts'
import { newLinks, readAttributes } from './newGroup.ts'
import { oldLinks } from './oldGroup.ts'
import { damaged, type Source } from './source.ts'
import { readSuperblock } from './superblock.ts'

export interface Dataset {
  /** From the root: `model_weights/conv1/kernel:0`. */
  readonly path: string
  readonly shape: Shape
  readonly datatype: Datatype
  /** The values, little-endian, in the order of the shape; still in the file where it has them so. */
  readonly values: Bytes
}

/** A group or an array. */
export class Hdf5Object {
  readonly path: string
  readonly #source: Source
  readonly #messages: readonly Message[]
  readonly #opened: Map<number, readonly Message[]>
  #attributes: ReadonlyMap<string, Attribute> | undefined
  #links: ReadonlyMap<string, number> | undefined

  constructor(source: Source, address: number, path: string, opened: Map<number, readonly Message[]>) {
    this.path = path
    this.#source = source
    this.#opened = opened
    this.#messages = opened.get(address) ?? readHeader(source, address)
    opened.set(address, this.#messages)
  }

  get isArray(): boolean {
    return this.#messages.some(({ type }) => type === message.layout)
  }

  get attributes(): ReadonlyMap<string, Attribute> {
    this.#attributes ??= readAttributes(this.#rewound())
    return this.#attributes
  }

  /** Names of the objects in a group. */
  names(): readonly string[] {
    return [...this.#linked().keys()]
  }

  /** What is at a path below a group; undefined if nothing is. */
  at(path: string): Hdf5Object | undefined {
    let found: Hdf5Object | undefined = this
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (found === undefined) return undefined
      found = found.#child(name)
    }
    return found
  }

  #child(name: string): Hdf5Object | undefined {
    const address = this.#linked().get(name)
    if (address === undefined) return undefined
    return new Hdf5Object(this.#source, address, this.path === '' ? name : `${this.path}/${name}`, this.#opened)
  }

  #linked(): ReadonlyMap<string, number> {
    if (this.#links === undefined) {
      const messages = this.#rewound()
      const table = only(messages, message.symbolTable)
      this.#links = table === undefined ? newLinks(messages) : oldLinks(table)
    }
    return this.#links
  }

  /** @throws {ForeignFileError} it is not wholly in the file, or the arrays together are far larger than the file */
  array(): Dataset {
    const messages = this.#rewound()
    const name = printable(this.path)
    const [space, type] = [only(messages, message.dataspace), only(messages, message.datatype)]
    if (space === undefined || type === undefined) throw damaged(`${name} is not an array`)
    const [shape, datatype] = [readDataspace(space), readDatatype(type)]
    const size = sizeOf(shape) * datatype.size
    if (!Number.isSafeInteger(size)) throw damaged(`${name} is too large`)
    if (size === 0) return { path: this.path, shape, datatype, values: asBytes(new Uint8Array()) }
    const { stored, values } = this.#stored(shape, datatype, size, name)
    this.#source.claim(this.path, stored, size)
    const isSwapped = datatype.bigEndian === true && datatype.size > 1
    return { path: this.path, shape, datatype, values: isSwapped ? turned(values, datatype.size) : values }
  }

  #stored(shape: Shape, { size: width }: Datatype, size: number, name: string): Stored {
    const messages = this.#rewound()
    const layoutMessage = only(messages, message.layout)
    if (layoutMessage === undefined) throw damaged(`${name} has no values`)
    const layout = readLayout(layoutMessage, size)
    if (layout.kind === 'whole') {
      const bytes = wholeBytes(this.#source, layout.address, layout.size, size, name)
      return { stored: size, values: bytes }
    }
    if (layout.kind === 'inside') {
      if (layout.bytes.length < size) throw damaged(`${name} is shorter than its shape`)
      return { stored: size, values: asBytes(layout.bytes.subarray(0, size)) }
    }
    const pipeline = only(messages, message.filters)
    const filters = pipeline === undefined ? [] : readFilters(pipeline)
    return openChunks(this.#source, { shape, sides: layout.sides, index: layout.index, filters, width, name })
  }

  /** The messages with cursors of their own, from the start. */
  #rewound(): readonly Message[] {
    return this.#messages.map(({ body, ...rest }) => ({ ...rest, body: body.copy() }))
  }
}

/** The root group. @throws {ForeignFileError} */
export function openHdf5(bytes: Uint8Array | Bytes): Hdf5Object {
  const { source, root } = readSuperblock(asBytes(bytes))
  return new Hdf5Object(source, root, '', new Map())
}

/** All arrays of the file below a group, in the order of their names. @throws {ForeignFileError} groups contain themselves */
export function* arraysBelow(group: Hdf5Object, depth = 0): Generator<Dataset> {
  // Each level is a group on the way down, and Keras nests models a few levels deep.
  if (depth > 64) throw damaged('its groups are nested too deeply')
  for (const name of group.names()) {
    const child = group.at(name)
    if (child === undefined) continue
    if (child.isArray) yield child.array()
    else yield* arraysBelow(child, depth + 1)
  }
}

/** With the bytes of each value in reverse. */
function turned(values: Bytes, width: number): Bytes {
  return bytesMade(values.length, () => {
    const result = values.read().slice()
    for (let at = 0; at < result.length; at += width) result.subarray(at, at + width).reverse()
    return result
  })
}
