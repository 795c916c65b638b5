/** Object headers: the messages that describe a group or a data set, in both versions of the format. */

import { type Cursor, damaged, type Source, unread } from './source.ts'

/** Types of messages that are read. */
export const message = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const

export interface Message {
  readonly type: number
  readonly flags: number
  readonly body: Cursor
}

/** @throws {ForeignFileError} */
export function readHeader(source: Source, address: number): readonly Message[] {
  const cursor = source.open(address, 'an object header')
  const messages: Message[] = []
  const blocks: Cursor[] = []
  const isNew = source.at(cursor.at, 1)[0] === 0x4f // OHDR
  const creationOrder = isNew ? openNew(cursor, blocks) : openOld(cursor, blocks)
  // A continuation adds a block. Blocks that continue each other in a circle use up the budget.
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const least = isNew ? 4 + creationOrder : 8
    while (block.left >= least) {
      const each = isNew ? newMessage(block, creationOrder) : oldMessage(block)
      if (each.type === message.continuation) blocks.push(continuation(each.body, isNew))
      else messages.push(each)
    }
  }
  return messages
}

function openOld(cursor: Cursor, blocks: Cursor[]): 0 {
  cursor.expectVersion(1)
  cursor.skip(1 + 2 + 4)
  const size = cursor.number(4)
  cursor.skip(4)
  blocks.push(cursor.part(size, 'an object header'))
  cursor.source.spend(size)
  return 0
}

/** Returns the size of the creation order that each message has. */
function openNew(cursor: Cursor, blocks: Cursor[]): 0 | 2 {
  cursor.expect('OHDR', 2)
  const flags = cursor.number(1)
  cursor.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0))
  const size = cursor.number(2 ** (flags & 3))
  blocks.push(cursor.part(size, 'an object header'))
  cursor.source.spend(size)
  return flags & 4 ? 2 : 0
}

function oldMessage(block: Cursor): Message {
  const [type, size, flags] = [block.number(2), block.number(2), block.number(1)]
  block.skip(3)
  return { type, flags, body: block.part(size, 'a message of an object header') }
}

function newMessage(block: Cursor, creationOrder: number): Message {
  const [type, size, flags] = [block.number(1), block.number(2), block.number(1)]
  block.skip(creationOrder)
  return { type, flags, body: block.part(size, 'a message of an object header') }
}

function continuation(body: Cursor, isNew: boolean): Cursor {
  const [address, length] = [body.address(), body.length()]
  const block = body.source.cursor(address, length, 'the continuation of an object header')
  if (!isNew) return block
  if (length < 8) throw damaged('the continuation of an object header is too short')
  const letters = String.fromCharCode(...block.take(4))
  if (letters !== 'OCHK') throw damaged('the continuation of an object header is not where it should be')
  return block.part(length - 8, 'the continuation of an object header') // without the checksum
}

/** A message that may stand only once. Shared ones (a type with a name of its own) are not written by h5py by itself. */
export function only(messages: readonly Message[], type: number): Cursor | undefined {
  const found = messages.find((each) => each.type === type)
  if (found === undefined) return undefined
  if (found.flags & 2) throw unread('a shared message', `message ${type}`, 'types without a name')
  return found.body
}
