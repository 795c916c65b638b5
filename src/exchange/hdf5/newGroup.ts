/** Links and attributes of newer files: in the object header while they are few, in a fractal heap when they are many. */

import { type Attribute, readAttribute } from './attribute.ts'
import { btreeRecords } from './btree2.ts'
import { openFractalHeap } from './fractalHeap.ts'
import { type Message, message, only } from './header.ts'
import { type Cursor, nowhere } from './source.ts'

/** Name → address of the object header. */
export function newLinks(messages: readonly Message[]): ReadonlyMap<string, number> {
  const links = new Map<string, number>()
  const add = (body: Cursor) => {
    const link = readLink(body)
    if (link !== undefined) links.set(link.name, link.address)
  }
  for (const { type, body } of messages) if (type === message.link) add(body)
  const info = only(messages, message.linkInfo)
  for (const body of info === undefined ? [] : denseObjects(info, 8, 4)) add(body)
  return links
}

export function readAttributes(messages: readonly Message[]): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>()
  const add = (body: Cursor) => {
    const attribute = readAttribute(body)
    attributes.set(attribute.name, attribute)
  }
  for (const { type, body, flags } of messages) if (type === message.attribute && (flags & 2) === 0) add(body)
  const info = only(messages, message.attributeInfo)
  for (const body of info === undefined ? [] : denseObjects(info, 2, 0)) add(body)
  return attributes
}

/**
 * The objects that a link info or attribute info message leads to.
 *
 * @param orderSize bytes of the largest creation order, if there is one
 * @param before bytes of a record before the heap's ID: links begin with a hash
 */
function* denseObjects(info: Cursor, orderSize: number, before: number): Generator<Cursor> {
  info.expectVersion(0)
  if (info.number(1) & 1) info.skip(orderSize)
  const [heap, index] = [info.address(), info.address()]
  if (heap === nowhere || index === nowhere) return
  const read = openFractalHeap(info.source, heap)
  for (const record of btreeRecords(info.source, index)) {
    record.skip(before)
    // A link's record ends with the ID; an attribute's has an ID of 8 bytes and three more fields.
    yield read(record.part(before > 0 ? record.left : Math.min(8, record.left), 'an ID of a heap'))
  }
}

/** Undefined for a symbolic or external link: what is behind it is not part of the file's own tree. */
function readLink(body: Cursor): { readonly name: string; readonly address: number } | undefined {
  body.expectVersion(1)
  const flags = body.number(1)
  const type = flags & 8 ? body.number(1) : 0
  body.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0))
  const name = body.text(body.number(2 ** (flags & 3)))
  return type === 0 ? { name, address: body.address() } : undefined
}
